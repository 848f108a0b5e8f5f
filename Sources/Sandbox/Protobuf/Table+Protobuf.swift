// Written by tools/generate-protobuf from the Go types of https://github.com/kubernetes/api
// (Apache-2.0); not for editing by hand.
// swift-format-ignore-file

let protobufTable: StaticString = #"""
meta.k8s.io/v1/DeleteOptions 1:gracePeriodSeconds:i 2:preconditions:1 3:orphanDependents:b 4:propagationPolicy:s 5:dryRun:?*s 6:ignoreStoreReadErrorWithClusterBreakingPotential:b
- 1:uid:s 2:resourceVersion:s
/v1/Binding 1:metadata:?3 2:target:6
- 1:name:?s 2:generateName:?s 3:namespace:?s 4:selfLink:?s 5:uid:?s 6:resourceVersion:?s 7:generation:?i 8:creationTimestamp:?t 9:deletionTimestamp:t 10:deletionGracePeriodSeconds:i 11:labels:?%s 12:annotations:?%s 13:ownerReferences:?*4 14:finalizers:?*s 17:managedFields:?*5
- 5:apiVersion:s 1:kind:s 3:name:s 4:uid:s 6:controller:b 7:blockOwnerDeletion:b
- 1:manager:?s 2:operation:?s 3:apiVersion:?s 4:time:t 6:fieldsType:?s 7:fieldsV1:j 8:subresource:?s
- 1:kind:?s 2:namespace:?s 3:name:?s 4:uid:?s 5:apiVersion:?s 6:resourceVersion:?s 7:fieldPath:?s
/v1/ComponentStatus 1:metadata:?3 2:conditions:?*8
- 1:type:s 2:status:s 3:message:?s 4:error:?s
/v1/ConfigMap 1:metadata:?3 4:immutable:b 2:data:?%s 3:binaryData:?%y
/v1/Endpoints 1:metadata:?3 2:subsets:?*11
- 1:addresses:?*12 2:notReadyAddresses:?*12 3:ports:?*13
- 1:ip:s 3:hostname:?s 4:nodeName:s 2:targetRef:6
- 1:name:?s 2:port:i 3:protocol:?s 4:appProtocol:s
/v1/Event 1:metadata:3 2:involvedObject:6 3:reason:?s 4:message:?s 5:source:?15 6:firstTimestamp:?t 7:lastTimestamp:?t 8:count:?i 9:type:?s 10:eventTime:?u 11:series:16 12:action:?s 13:related:6 14:reportingComponent:s 15:reportingInstance:s
- 1:component:?s 2:host:?s
- 1:count:?i 2:lastObservedTime:?u
/v1/LimitRange 1:metadata:?3 2:spec:?18
- 1:limits:*19
- 1:type:s 2:max:?%q 3:min:?%q 4:default:?%q 5:defaultRequest:?%q 6:maxLimitRequestRatio:?%q
/v1/Namespace 1:metadata:?3 2:spec:?21 3:status:?22
- 1:finalizers:?*s
- 1:phase:?s 2:conditions:?*23
- 1:type:s 2:status:s 4:lastTransitionTime:?t 5:reason:?s 6:message:?s
/v1/Node 1:metadata:?3 2:spec:?25 3:status:?30
- 1:podCIDR:?s 7:podCIDRs:?*s 3:providerID:?s 4:unschedulable:?b 5:taints:?*26 6:configSource:27 2:externalID:?s 8:podPreemptionPolicy:29
- 1:key:s 2:value:?s 3:effect:s 4:timeAdded:t
- 2:configMap:28
- 1:namespace:s 2:name:s 3:uid:?s 4:resourceVersion:?s 5:kubeletConfigKey:s
- 1:disableResizePreemption:?*s
- 1:capacity:?%q 2:allocatable:?%q 3:phase:?s 4:conditions:?*31 5:addresses:?*32 6:daemonEndpoints:?33 7:nodeInfo:?35 8:images:?*37 9:volumesInUse:?*s 10:volumesAttached:?*38 11:config:39 12:runtimeHandlers:?*40 13:features:42 14:declaredFeatures:?*s
- 1:type:s 2:status:s 3:lastHeartbeatTime:?t 4:lastTransitionTime:?t 5:reason:?s 6:message:?s
- 1:type:s 2:address:s
- 1:kubeletEndpoint:?34
- 1:Port:i
- 1:machineID:s 2:systemUUID:s 3:bootID:s 4:kernelVersion:s 5:osImage:s 6:containerRuntimeVersion:s 7:kubeletVersion:s 8:kubeProxyVersion:s 9:operatingSystem:s 10:architecture:s 11:swap:36
- 1:capacity:i
- 1:names:*s 2:sizeBytes:?i
- 1:name:s 2:devicePath:s
- 1:assigned:27 2:active:27 3:lastKnownGood:27 4:error:?s
- 1:name:s 2:features:41
- 1:recursiveReadOnlyMounts:b 2:userNamespaces:b
- 1:supplementalGroupsPolicy:b
/v1/NodeProxyOptions 1:path:?s
/v1/PersistentVolumeClaim 1:metadata:?3 2:spec:?45 3:status:?51
- 1:accessModes:?*s 4:selector:46 2:resources:?48 3:volumeName:?s 5:storageClassName:s 6:volumeMode:s 7:dataSource:49 8:dataSourceRef:50 9:volumeAttributesClassName:s
- 1:matchLabels:?%s 2:matchExpressions:?*47
- 1:key:s 2:operator:s 3:values:?*s
- 1:limits:?%q 2:requests:?%q
- 1:apiGroup:s 2:kind:s 3:name:s
- 1:apiGroup:s 2:kind:s 3:name:s 4:namespace:s
- 1:phase:?s 2:accessModes:?*s 3:capacity:?%q 4:conditions:?*52 5:allocatedResources:?%q 7:allocatedResourceStatuses:?%s 8:currentVolumeAttributesClassName:s 9:modifyVolumeStatus:53 10:healthStatus:54
- 1:type:s 2:status:s 3:lastProbeTime:?t 4:lastTransitionTime:?t 5:reason:?s 6:message:?s
- 1:targetVolumeAttributesClassName:?s 2:status:s
- 1:healthConditions:?*55 2:lastTransitionTime:?t
- 1:status:s 2:reason:s 3:message:?s
/v1/PersistentVolume 1:metadata:?3 2:spec:?57 3:status:?86
- 1:capacity:?%q 2::^58 3:accessModes:?*s 4:claimRef:6 5:persistentVolumeReclaimPolicy:?s 6:storageClassName:?s 7:mountOptions:?*s 8:volumeMode:s 9:nodeAffinity:82 10:volumeAttributesClassName:s
- 1:gcePersistentDisk:59 2:awsElasticBlockStore:60 3:hostPath:61 4:glusterfs:62 5:nfs:63 6:rbd:64 7:iscsi:66 8:cinder:67 9:cephfs:68 10:fc:69 11:flocker:70 12:flexVolume:71 13:azureFile:72 14:vsphereVolume:73 15:quobyte:74 16:azureDisk:75 17:photonPersistentDisk:76 18:portworxVolume:77 19:scaleIO:78 20:local:79 21:storageos:80 22:csi:81
- 1:pdName:s 2:fsType:?s 3:partition:?i 4:readOnly:?b
- 1:volumeID:s 2:fsType:?s 3:partition:?i 4:readOnly:?b
- 1:path:s 2:type:s
- 1:endpoints:s 2:path:s 3:readOnly:?b 4:endpointsNamespace:s
- 1:server:s 2:path:s 3:readOnly:?b
- 1:monitors:*s 2:image:s 3:fsType:?s 4:pool:?s 5:user:?s 6:keyring:?s 7:secretRef:65 8:readOnly:?b
- 1:name:?s 2:namespace:?s
- 1:targetPortal:s 2:iqn:s 3:lun:i 4:iscsiInterface:?s 5:fsType:?s 6:readOnly:?b 7:portals:?*s 8:chapAuthDiscovery:?b 11:chapAuthSession:?b 10:secretRef:65 12:initiatorName:s
- 1:volumeID:s 2:fsType:?s 3:readOnly:?b 4:secretRef:65
- 1:monitors:*s 2:path:?s 3:user:?s 4:secretFile:?s 5:secretRef:65 6:readOnly:?b
- 1:targetWWNs:?*s 2:lun:i 3:fsType:?s 4:readOnly:?b 5:wwids:?*s
- 1:datasetName:?s 2:datasetUUID:?s
- 1:driver:s 2:fsType:?s 3:secretRef:65 4:readOnly:?b 5:options:?%s
- 1:secretName:s 2:shareName:s 3:readOnly:?b 4:secretNamespace:s
- 1:volumePath:s 2:fsType:?s 3:storagePolicyName:?s 4:storagePolicyID:?s
- 1:registry:s 2:volume:s 3:readOnly:?b 4:user:?s 5:group:?s 6:tenant:?s
- 1:diskName:s 2:diskURI:s 3:cachingMode:s 4:fsType:s 5:readOnly:b 6:kind:s
- 1:pdID:s 2:fsType:?s
- 1:volumeID:s 2:fsType:?s 3:readOnly:?b
- 1:gateway:s 2:system:s 3:secretRef:65 4:sslEnabled:?b 5:protectionDomain:?s 6:storagePool:?s 7:storageMode:?s 8:volumeName:?s 9:fsType:?s 10:readOnly:?b
- 1:path:s 2:fsType:s
- 1:volumeName:?s 2:volumeNamespace:?s 3:fsType:?s 4:readOnly:?b 5:secretRef:6
- 1:driver:s 2:volumeHandle:s 3:readOnly:?b 4:fsType:?s 5:volumeAttributes:?%s 6:controllerPublishSecretRef:65 7:nodeStageSecretRef:65 8:nodePublishSecretRef:65 9:controllerExpandSecretRef:65 10:nodeExpandSecretRef:65
- 1:required:83
- 1:nodeSelectorTerms:*84
- 1:matchExpressions:?*85 2:matchFields:?*85
- 1:key:s 2:operator:s 3:values:?*s
- 1:phase:?s 2:message:?s 3:reason:?s 4:lastPhaseTransitionTime:t
/v1/Pod 1:metadata:?3 2:spec:?88 3:status:?178
- 1:volumes:?*89 20:initContainers:?*123 2:containers:*123 34:ephemeralContainers:?*156 3:restartPolicy:?s 4:terminationGracePeriodSeconds:i 5:activeDeadlineSeconds:i 6:dnsPolicy:?s 7:nodeSelector:?%s 8:serviceAccountName:?s 9:serviceAccount:?s 21:automountServiceAccountToken:b 10:nodeName:?s 11:hostNetwork:?b 12:hostPID:?b 13:hostIPC:?b 27:shareProcessNamespace:b 14:securityContext:158 15:imagePullSecrets:?*96 16:hostname:?s 17:subdomain:?s 18:affinity:160 19:schedulerName:?s 22:tolerations:?*167 23:hostAliases:?*168 24:priorityClassName:?s 25:priority:i 26:dnsConfig:169 28:readinessGates:?*171 29:runtimeClassName:s 30:enableServiceLinks:b 31:preemptionPolicy:s 32:overhead:?%q 33:topologySpreadConstraints:?*172 35:setHostnameAsFQDN:b 36:os:173 37:hostUsers:b 38:schedulingGates:?*174 39:resourceClaims:?*175 40:resources:133 41:hostnameOverride:s 43:schedulingGroup:176 44:evictionResponders:?*177
- 1:name:s 2::^90
- 1:hostPath:61 2:emptyDir:91 3:gcePersistentDisk:59 4:awsElasticBlockStore:60 5:gitRepo:92 6:secret:93 7:nfs:63 8:iscsi:95 9:glusterfs:97 10:persistentVolumeClaim:98 11:rbd:99 12:flexVolume:100 13:cinder:101 14:cephfs:102 15:flocker:70 16:downwardAPI:103 17:fc:69 18:azureFile:107 19:configMap:108 20:vsphereVolume:73 21:quobyte:74 22:azureDisk:75 23:photonPersistentDisk:76 26:projected:109 24:portworxVolume:77 25:scaleIO:117 27:storageos:118 28:csi:119 29:ephemeral:120 30:image:122
- 1:medium:?s 2:sizeLimit:q 3:mode:i
- 1:repository:s 2:revision:?s 3:directory:?s
- 1:secretName:?s 2:items:?*94 3:defaultMode:i 4:optional:b 5:defaultUser:i
- 1:key:s 2:path:s 3:mode:i 4:user:i
- 1:targetPortal:s 2:iqn:s 3:lun:i 4:iscsiInterface:?s 5:fsType:?s 6:readOnly:?b 7:portals:?*s 8:chapAuthDiscovery:?b 11:chapAuthSession:?b 10:secretRef:96 12:initiatorName:s
- 1:name:?s
- 1:endpoints:s 2:path:s 3:readOnly:?b
- 1:claimName:s 2:readOnly:?b
- 1:monitors:*s 2:image:s 3:fsType:?s 4:pool:?s 5:user:?s 6:keyring:?s 7:secretRef:96 8:readOnly:?b
- 1:driver:s 2:fsType:?s 3:secretRef:96 4:readOnly:?b 5:options:?%s
- 1:volumeID:s 2:fsType:?s 3:readOnly:?b 4:secretRef:96
- 1:monitors:*s 2:path:?s 3:user:?s 4:secretFile:?s 5:secretRef:96 6:readOnly:?b
- 1:items:?*104 2:defaultMode:i 3:defaultUser:i
- 1:path:s 2:fieldRef:105 3:resourceFieldRef:106 4:mode:i 5:user:i
- 1:apiVersion:?s 2:fieldPath:s
- 1:containerName:?s 2:resource:s 3:divisor:?q
- 1:secretName:s 2:shareName:s 3:readOnly:?b
- 1::^96 2:items:?*94 3:defaultMode:i 4:optional:b 5:defaultUser:i
- 1:sources:*110 2:defaultMode:i 3:defaultUser:i
- 1:secret:111 2:downwardAPI:112 3:configMap:113 4:serviceAccountToken:114 5:clusterTrustBundle:115 6:podCertificate:116
- 1::^96 2:items:?*94 4:optional:b
- 1:items:?*104
- 1::^96 2:items:?*94 4:optional:b
- 1:audience:?s 2:expirationSeconds:i 3:path:s 4:user:i
- 1:name:s 2:signerName:s 3:labelSelector:46 5:optional:b 4:path:s 6:user:i
- 1:signerName:?s 2:keyType:?s 3:maxExpirationSeconds:i 4:credentialBundlePath:?s 5:keyPath:?s 6:certificateChainPath:?s 7:userAnnotations:?%s 8:user:i
- 1:gateway:s 2:system:s 3:secretRef:96 4:sslEnabled:?b 5:protectionDomain:?s 6:storagePool:?s 7:storageMode:?s 8:volumeName:?s 9:fsType:?s 10:readOnly:?b
- 1:volumeName:?s 2:volumeNamespace:?s 3:fsType:?s 4:readOnly:?b 5:secretRef:96
- 1:driver:s 2:readOnly:b 3:fsType:s 4:volumeAttributes:?%s 5:nodePublishSecretRef:96
- 1:volumeClaimTemplate:121
- 1:metadata:?3 2:spec:45
- 1:reference:?s 2:pullPolicy:?s
- 1:name:s 2:image:?s 3:command:?*s 4:args:?*s 5:workingDir:?s 6:ports:?*124 19:envFrom:?*125 7:env:?*128 8:resources:?133 23:resizePolicy:?*135 24:restartPolicy:s 25:restartPolicyRules:?*136 9:volumeMounts:?*138 21:volumeDevices:?*139 10:livenessProbe:140 11:readinessProbe:140 22:startupProbe:140 12:lifecycle:147 13:terminationMessagePath:?s 20:terminationMessagePolicy:?s 14:imagePullPolicy:?s 15:securityContext:150 16:stdin:?b 17:stdinOnce:?b 18:tty:?b
- 1:name:?s 2:hostPort:?i 3:containerPort:i 4:protocol:?s 5:hostIP:?s
- 1:prefix:?s 2:configMapRef:126 3:secretRef:127
- 1::^96 2:optional:b
- 1::^96 2:optional:b
- 1:name:s 2:value:?s 3:valueFrom:129
- 1:fieldRef:105 2:resourceFieldRef:106 3:configMapKeyRef:130 4:secretKeyRef:131 5:fileKeyRef:132
- 1::^96 2:key:s 3:optional:b
- 1::^96 2:key:s 3:optional:b
- 1:volumeName:s 2:path:s 3:key:s 4:optional:b
- 1:limits:?%q 2:requests:?%q 3:claims:?*134
- 1:name:s 2:request:?s
- 1:resourceName:s 2:restartPolicy:s
- 1:action:?s 2:exitCodes:137
- 1:operator:?s 2:values:?*i
- 1:name:s 2:readOnly:?b 7:recursiveReadOnly:s 3:mountPath:s 4:subPath:?s 5:mountPropagation:s 6:subPathExpr:?s 8:bindMountOptions:?*s
- 1:name:s 2:devicePath:s
- 1::^141 2:initialDelaySeconds:?i 3:timeoutSeconds:?i 4:periodSeconds:?i 5:successThreshold:?i 6:failureThreshold:?i 7:terminationGracePeriodSeconds:i
- 1:exec:142 2:httpGet:143 3:tcpSocket:145 4:grpc:146
- 1:command:?*s
- 1:path:?s 2:port:x 3:host:?s 4:scheme:?s 5:httpHeaders:?*144 6:protocol:s
- 1:name:s 2:value:s
- 1:port:x 2:host:?s
- 1:port:i 2:service:s 3:mode:s
- 1:postStart:148 2:preStop:148 3:stopSignal:s
- 1:exec:142 2:httpGet:143 3:tcpSocket:145 4:sleep:149
- 1:seconds:i
- 1:capabilities:151 2:privileged:b 3:seLinuxOptions:152 10:windowsOptions:153 4:runAsUser:i 8:runAsGroup:i 5:runAsNonRoot:b 6:readOnlyRootFilesystem:b 7:allowPrivilegeEscalation:b 9:procMount:s 11:seccompProfile:154 12:appArmorProfile:155
- 1:add:?*s 2:drop:?*s
- 1:user:?s 2:role:?s 3:type:?s 4:level:?s
- 1:gmsaCredentialSpecName:s 2:gmsaCredentialSpec:s 3:runAsUserName:s 4:hostProcess:b
- 1:type:s 2:localhostProfile:s
- 1:type:s 2:localhostProfile:s
- 1::^157 2:targetContainerName:?s
- 1:name:s 2:image:?s 3:command:?*s 4:args:?*s 5:workingDir:?s 6:ports:?*124 19:envFrom:?*125 7:env:?*128 8:resources:?133 23:resizePolicy:?*135 24:restartPolicy:s 25:restartPolicyRules:?*136 9:volumeMounts:?*138 21:volumeDevices:?*139 10:livenessProbe:140 11:readinessProbe:140 22:startupProbe:140 12:lifecycle:147 13:terminationMessagePath:?s 20:terminationMessagePolicy:?s 14:imagePullPolicy:?s 15:securityContext:150 16:stdin:?b 17:stdinOnce:?b 18:tty:?b
- 1:seLinuxOptions:152 8:windowsOptions:153 2:runAsUser:i 6:runAsGroup:i 3:runAsNonRoot:b 4:supplementalGroups:?*i 12:supplementalGroupsPolicy:s 5:fsGroup:i 7:sysctls:?*159 9:fsGroupChangePolicy:s 10:seccompProfile:154 11:appArmorProfile:155 13:seLinuxChangePolicy:s
- 1:name:s 2:value:s
- 1:nodeAffinity:161 2:podAffinity:163 3:podAntiAffinity:166
- 1:requiredDuringSchedulingIgnoredDuringExecution:83 2:preferredDuringSchedulingIgnoredDuringExecution:?*162
- 1:weight:i 2:preference:84
- 1:requiredDuringSchedulingIgnoredDuringExecution:?*164 2:preferredDuringSchedulingIgnoredDuringExecution:?*165
- 1:labelSelector:46 2:namespaces:?*s 3:topologyKey:s 4:namespaceSelector:46 5:matchLabelKeys:?*s 6:mismatchLabelKeys:?*s
- 1:weight:i 2:podAffinityTerm:164
- 1:requiredDuringSchedulingIgnoredDuringExecution:?*164 2:preferredDuringSchedulingIgnoredDuringExecution:?*165
- 1:key:?s 2:operator:?s 3:value:?s 4:effect:?s 5:tolerationSeconds:i
- 1:ip:s 2:hostnames:?*s
- 1:nameservers:?*s 2:searches:?*s 3:options:?*170
- 1:name:?s 2:value:s
- 1:conditionType:s
- 1:maxSkew:i 2:topologyKey:s 3:whenUnsatisfiable:s 4:labelSelector:46 5:minDomains:i 6:nodeAffinityPolicy:s 7:nodeTaintsPolicy:s 8:matchLabelKeys:?*s
- 1:name:s
- 1:name:s
- 1:name:s 3:resourceClaimName:s 4:resourceClaimTemplateName:s
- 1:podGroupName:s
- 1:name:s 2:priority:i
- 17:observedGeneration:?i 1:phase:?s 2:conditions:?*179 3:message:?s 4:reason:?s 11:nominatedNodeName:?s 5:hostIP:?s 16:hostIPs:?*180 6:podIP:?s 12:podIPs:?*181 7:startTime:t 10:initContainerStatuses:?*182 8:containerStatuses:?*182 9:qosClass:?s 13:ephemeralContainerStatuses:?*182 14:resize:?s 15:resourceClaimStatuses:?*194 18:extendedResourceClaimStatus:195 19:allocatedResources:?%q 20:resources:133 21:nodeAllocatableResourceClaimStatuses:?*197 22:volumeHealth:?*200
- 1:type:s 7:observedGeneration:?i 2:status:s 3:lastProbeTime:?t 4:lastTransitionTime:?t 5:reason:?s 6:message:?s
- 1:ip:s
- 1:ip:s
- 1:name:s 2:state:?183 3:lastState:?183 4:ready:b 5:restartCount:i 6:image:s 7:imageID:s 8:containerID:?s 9:started:b 10:allocatedResources:?%q 11:resources:133 12:volumeMounts:?*187 13:user:190 14:allocatedResourcesStatus:?*192 15:stopSignal:s
- 1:waiting:184 2:running:185 3:terminated:186
- 1:reason:?s 2:message:?s
- 1:startedAt:?t
- 1:exitCode:i 2:signal:?i 3:reason:?s 4:message:?s 5:startedAt:?t 6:finishedAt:?t 7:containerID:?s
- 1:name:s 2:mountPath:s 3:readOnly:?b 4:recursiveReadOnly:s 5:volumeStatus:188
- 1:image:189
- 1:imageRef:?s
- 1:linux:191
- 1:uid:i 2:gid:i 3:supplementalGroups:?*i
- 1:name:s 2:resources:?*193
- 1:resourceID:s 2:health:?s 6:message:s
- 1:name:s 2:resourceClaimName:s
- 1:requestMappings:*196 2:resourceClaimName:s
- 1:containerName:s 2:resourceName:s 3:requestName:s
- 1:resourceClaimName:s 2:containers:?*s 4:mapping:?*198 5:overhead:?*199
- 1:name:s 2:quantity:q
- 1:name:s 2:perPod:q 3:perContainer:q
- 1:name:s 2:healthConditions:?*55 3:lastTransitionTime:?t
/v1/PodAttachOptions 1:stdin:?b 2:stdout:?b 3:stderr:?b 4:tty:?b 5:container:?s
policy/v1/Eviction 1:metadata:?3 2:deleteOptions:0
/v1/PodExecOptions 1:stdin:?b 2:stdout:?b 3:stderr:?b 4:tty:?b 5:container:?s 6:command:*s
/v1/PodPortForwardOptions 1:ports:?*i
/v1/PodProxyOptions 1:path:?s
/v1/PodTemplate 1:metadata:?3 2:template:?207
- 1:metadata:?3 2:spec:?88
/v1/ReplicationController 1:metadata:?3 2:spec:?209 3:status:?210
- 1:replicas:i 4:minReadySeconds:?i 2:selector:?%s 3:template:207
- 1:replicas:i 2:fullyLabeledReplicas:?i 4:readyReplicas:?i 5:availableReplicas:?i 3:observedGeneration:?i 6:conditions:?*211
- 1:type:s 2:status:s 3:lastTransitionTime:?t 4:reason:?s 5:message:?s
autoscaling/v1/Scale 1:metadata:?3 2:spec:?213 3:status:?214
- 1:replicas:?i
- 1:replicas:i 2:selector:?s
/v1/ResourceQuota 1:metadata:?3 2:spec:?216 3:status:?219
- 1:hard:?%q 2:scopes:?*s 3:scopeSelector:217
- 1:matchExpressions:?*218
- 1:scopeName:s 2:operator:s 3:values:?*s
- 1:hard:?%q 2:used:?%q
/v1/Secret 1:metadata:?3 5:immutable:b 2:data:?%y 4:stringData:?%s 3:type:?s
/v1/ServiceAccount 1:metadata:?3 2:secrets:?*6 3:imagePullSecrets:?*96 4:automountServiceAccountToken:b
authentication.k8s.io/v1/TokenRequest 1:metadata:?3 2:spec:223 3:status:?225
- 1:audiences:*s 4:expirationSeconds:i 3:boundObjectRef:224 5:attestations:?%*s
- 1:kind:?s 2:apiVersion:?s 3:name:?s 4:uid:?s
- 1:token:s 2:expirationTimestamp:t
/v1/Service 1:metadata:?3 2:spec:?227 3:status:?231
- 1:ports:?*228 2:selector:?%s 3:clusterIP:?s 18:clusterIPs:?*s 4:type:?s 5:externalIPs:?*s 7:sessionAffinity:?s 8:loadBalancerIP:?s 9:loadBalancerSourceRanges:?*s 10:externalName:?s 11:externalTrafficPolicy:?s 12:healthCheckNodePort:?i 13:publishNotReadyAddresses:?b 14:sessionAffinityConfig:229 19:ipFamilies:?*s 17:ipFamilyPolicy:s 20:allocateLoadBalancerNodePorts:b 21:loadBalancerClass:s 22:internalTrafficPolicy:s 23:trafficDistribution:s
- 1:name:?s 2:protocol:?s 6:appProtocol:s 3:port:i 4:targetPort:?x 5:nodePort:?i
- 1:clientIP:230
- 1:timeoutSeconds:i
- 1:loadBalancer:?232 2:conditions:?*235
- 1:ingress:?*233
- 1:ip:?s 2:hostname:?s 3:ipMode:s 4:ports:?*234
- 1:port:i 2:protocol:s 3:error:s
- 1:type:s 2:status:s 3:observedGeneration:?i 4:lastTransitionTime:t 5:reason:s 6:message:s
/v1/ServiceProxyOptions 1:path:?s
apps/v1/ControllerRevision 1:metadata:?3 2:data:j 3:revision:i
apps/v1/DaemonSet 1:metadata:?3 2:spec:?239 3:status:?242
- 1:selector:46 2:template:207 3:updateStrategy:?240 4:minReadySeconds:?i 6:revisionHistoryLimit:i
- 1:type:?s 2:rollingUpdate:241
- 1:maxUnavailable:x 2:maxSurge:x
- 1:currentNumberScheduled:i 2:numberMisscheduled:i 3:desiredNumberScheduled:i 4:numberReady:i 5:observedGeneration:?i 6:updatedNumberScheduled:?i 7:numberAvailable:?i 8:numberUnavailable:?i 9:collisionCount:i 10:conditions:?*243
- 1:type:s 2:status:s 3:lastTransitionTime:?t 4:reason:?s 5:message:?s
apps/v1/Deployment 1:metadata:?3 2:spec:?245 3:status:?248
- 1:replicas:i 2:selector:46 3:template:207 4:strategy:?246 5:minReadySeconds:?i 6:revisionHistoryLimit:i 7:paused:?b 9:progressDeadlineSeconds:i
- 1:type:?s 2:rollingUpdate:247
- 1:maxUnavailable:x 2:maxSurge:x
- 1:observedGeneration:?i 2:replicas:?i 3:updatedReplicas:?i 7:readyReplicas:?i 4:availableReplicas:?i 5:unavailableReplicas:?i 9:terminatingReplicas:i 6:conditions:?*249 8:collisionCount:i
- 1:type:s 2:status:s 6:lastUpdateTime:?t 7:lastTransitionTime:?t 4:reason:?s 5:message:?s
apps/v1/ReplicaSet 1:metadata:?3 2:spec:?251 3:status:?252
- 1:replicas:i 4:minReadySeconds:?i 2:selector:46 3:template:?207
- 1:replicas:i 2:fullyLabeledReplicas:?i 4:readyReplicas:?i 5:availableReplicas:?i 7:terminatingReplicas:i 3:observedGeneration:?i 6:conditions:?*253
- 1:type:s 2:status:s 3:lastTransitionTime:?t 4:reason:?s 5:message:?s
apps/v1/StatefulSet 1:metadata:?3 2:spec:?255 3:status:?260
- 1:replicas:i 2:selector:46 3:template:207 4:volumeClaimTemplates:?*44 5:serviceName:s 6:podManagementPolicy:?s 7:updateStrategy:?256 8:revisionHistoryLimit:i 9:minReadySeconds:?i 10:persistentVolumeClaimRetentionPolicy:258 11:ordinals:259
- 1:type:?s 2:rollingUpdate:257
- 1:partition:i 2:maxUnavailable:x
- 1:whenDeleted:?s 2:whenScaled:?s
- 1:start:i
- 1:observedGeneration:?i 2:replicas:i 3:readyReplicas:?i 4:currentReplicas:?i 5:updatedReplicas:?i 6:currentRevision:?s 7:updateRevision:?s 9:collisionCount:i 10:conditions:?*261 11:availableReplicas:i
- 1:type:s 2:status:s 3:lastTransitionTime:?t 4:reason:?s 5:message:?s
events.k8s.io/v1/Event 1:metadata:3 2:eventTime:u 3:series:263 4:reportingController:?s 5:reportingInstance:?s 6:action:?s 7:reason:?s 8:regarding:?6 9:related:6 10:note:?s 11:type:?s 12:deprecatedSource:?15 13:deprecatedFirstTimestamp:?t 14:deprecatedLastTimestamp:?t 15:deprecatedCount:?i
- 1:count:i 2:lastObservedTime:u
authentication.k8s.io/v1/SelfSubjectReview 1:metadata:?3 2:status:?265
- 1:userInfo:?266
- 1:username:?s 2:uid:?s 3:groups:?*s 4:extra:?%l
authentication.k8s.io/v1/TokenReview 1:metadata:?3 2:spec:268 3:status:?269
- 1:token:?s 2:audiences:?*s
- 1:authenticated:?b 2:user:?266 4:audiences:?*s 3:error:?s
authorization.k8s.io/v1/LocalSubjectAccessReview 1:metadata:?3 2:spec:271 3:status:?277
- 1:resourceAttributes:272 2:nonResourceAttributes:276 3:user:?s 4:groups:?*s 5:extra:?%l 6:uid:?s
- 1:namespace:?s 2:verb:?s 3:group:?s 4:version:?s 5:resource:?s 6:subresource:?s 7:name:?s 8:fieldSelector:273 9:labelSelector:275
- 1:rawSelector:?s 2:requirements:?*274
- 1:key:s 2:operator:s 3:values:?*s
- 1:rawSelector:?s 2:requirements:?*47
- 1:path:?s 2:verb:?s
- 1:allowed:b 4:denied:?b 2:reason:?s 3:evaluationError:?s
authorization.k8s.io/v1/SelfSubjectAccessReview 1:metadata:?3 2:spec:279 3:status:?277
- 1:resourceAttributes:272 2:nonResourceAttributes:276
authorization.k8s.io/v1/SelfSubjectRulesReview 1:metadata:?3 2:spec:281 3:status:?282
- 1:namespace:?s
- 1:resourceRules:*283 2:nonResourceRules:*284 3:incomplete:b 4:evaluationError:?s
- 1:verbs:*s 2:apiGroups:?*s 3:resources:?*s 4:resourceNames:?*s
- 1:verbs:*s 2:nonResourceURLs:?*s
authorization.k8s.io/v1/SubjectAccessReview 1:metadata:?3 2:spec:271 3:status:?277
autoscaling/v2/HorizontalPodAutoscaler 1:metadata:?3 2:spec:?287 3:status:?300
- 1:scaleTargetRef:288 2:minReplicas:i 3:maxReplicas:i 4:metrics:?*289 5:behavior:297
- 1:kind:s 2:name:s 3:apiVersion:?s
- 1:type:s 2:object:290 3:pods:293 4:resource:294 7:containerResource:295 5:external:296
- 1:describedObject:288 2:target:291 3:metric:292
- 1:type:s 2:value:q 3:averageValue:q 4:averageUtilization:i
- 1:name:s 2:selector:46
- 1:metric:292 2:target:291
- 1:name:s 2:target:291
- 1:name:s 2:target:291 3:container:s
- 1:metric:292 2:target:291
- 1:scaleUp:298 2:scaleDown:298
- 3:stabilizationWindowSeconds:i 1:selectPolicy:s 2:policies:?*299 4:tolerance:q
- 1:type:s 2:value:i 3:periodSeconds:i
- 1:observedGeneration:i 2:lastScaleTime:t 3:currentReplicas:?i 4:desiredReplicas:i 5:currentMetrics:*301 6:conditions:?*308
- 1:type:s 2:object:302 3:pods:304 4:resource:305 7:containerResource:306 5:external:307
- 1:metric:292 2:current:303 3:describedObject:288
- 1:value:q 2:averageValue:q 3:averageUtilization:i
- 1:metric:292 2:current:303
- 1:name:s 2:current:303
- 1:name:s 2:current:303 3:container:s
- 1:metric:292 2:current:303
- 1:type:s 2:status:s 3:lastTransitionTime:?t 4:reason:?s 5:message:?s 6:observedGeneration:i
autoscaling/v1/HorizontalPodAutoscaler 1:metadata:?3 2:spec:?310 3:status:?312
- 1:scaleTargetRef:311 2:minReplicas:i 3:maxReplicas:i 4:targetCPUUtilizationPercentage:i
- 1:kind:s 2:name:s 3:apiVersion:?s
- 1:observedGeneration:i 2:lastScaleTime:t 3:currentReplicas:i 4:desiredReplicas:i 5:currentCPUUtilizationPercentage:i
batch/v1/CronJob 1:metadata:?3 2:spec:?314 3:status:?333
- 1:schedule:s 8:timeZone:s 2:startingDeadlineSeconds:i 3:concurrencyPolicy:?s 4:suspend:b 5:jobTemplate:315 6:successfulJobsHistoryLimit:i 7:failedJobsHistoryLimit:i
- 1:metadata:?3 2:spec:?316
- 1:parallelism:i 2:completions:i 3:activeDeadlineSeconds:i 11:podFailurePolicy:317 16:successPolicy:321 7:backoffLimit:i 12:backoffLimitPerIndex:i 13:maxFailedIndexes:i 4:selector:46 5:manualSelector:b 6:template:207 8:ttlSecondsAfterFinished:i 9:completionMode:s 10:suspend:b 14:podReplacementPolicy:s 15:managedBy:s 17:scheduling:323
- 1:rules:*318
- 1:action:s 2:onExitCodes:319 3:onPodConditions:?*320
- 1:containerName:s 2:operator:s 3:values:*i
- 1:type:s 2:status:s
- 1:rules:*322
- 1:succeededIndexes:s 2:succeededCount:i
- 1:schedulingPolicy:324 2:schedulingConstraints:327 3:disruptionMode:329 4:resourceClaims:?*332
- 1:basic:325 2:gang:326
-
- 1:minCount:i
- 1:topology:?*328
- 1:key:s
- 1:single:330 2:all:331
-
-
- 1:name:s 2:resourceClaimName:s 3:resourceClaimTemplateName:s
- 1:active:?*6 4:lastScheduleTime:t 5:lastSuccessfulTime:t
batch/v1/Job 1:metadata:?3 2:spec:?316 3:status:?335
- 1:conditions:?*336 2:startTime:t 3:completionTime:t 4:active:?i 5:succeeded:?i 6:failed:?i 11:terminating:i 7:completedIndexes:?s 10:failedIndexes:s 8:uncountedTerminatedPods:337 9:ready:i
- 1:type:s 2:status:s 3:lastProbeTime:?t 4:lastTransitionTime:?t 5:reason:?s 6:message:?s
- 1:succeeded:?*s 2:failed:?*s
certificates.k8s.io/v1/CertificateSigningRequest 1:metadata:?3 2:spec:339 3:status:?340
- 1:request:y 7:signerName:s 8:expirationSeconds:i 5:usages:?*s 2:username:?s 3:uid:?s 4:groups:?*s 6:extra:?%l
- 1:conditions:?*341 2:certificate:?y
- 1:type:s 6:status:s 2:reason:?s 3:message:?s 4:lastUpdateTime:?t 5:lastTransitionTime:?t
networking.k8s.io/v1/IngressClass 1:metadata:?3 2:spec:?343
- 1:controller:?s 2:parameters:344
- 1:apiGroup:s 2:kind:s 3:name:s 4:scope:s 5:namespace:s
networking.k8s.io/v1/Ingress 1:metadata:?3 2:spec:?346 3:status:?355
- 4:ingressClassName:s 1:defaultBackend:347 2:tls:?*350 3:rules:?*351
- 4:service:348 3:resource:49
- 1:name:s 2:port:?349
- 1:name:?s 2:number:?i
- 1:hosts:?*s 2:secretName:?s
- 1:host:?s 2::^352
- 1:http:353
- 1:paths:*354
- 1:path:?s 3:pathType:s 2:backend:347
- 1:loadBalancer:?356
- 1:ingress:?*357
- 1:ip:?s 2:hostname:?s 4:ports:?*358
- 1:port:i 2:protocol:s 3:error:s
networking.k8s.io/v1/IPAddress 1:metadata:?3 2:spec:?360
- 1:parentRef:361
- 1:group:?s 2:resource:?s 3:namespace:?s 4:name:?s
networking.k8s.io/v1/NetworkPolicy 1:metadata:?3 2:spec:?363
- 1:podSelector:46 2:ingress:?*364 3:egress:?*368 4:policyTypes:?*s
- 1:ports:?*365 2:from:?*366
- 1:protocol:s 2:port:x 3:endPort:i
- 1:podSelector:46 2:namespaceSelector:46 3:ipBlock:367
- 1:cidr:s 2:except:?*s
- 1:ports:?*365 2:to:?*366
networking.k8s.io/v1/ServiceCIDR 1:metadata:?3 2:spec:?370 3:status:?371
- 1:cidrs:?*s
- 1:conditions:?*235
policy/v1/PodDisruptionBudget 1:metadata:?3 2:spec:?373 3:status:?374
- 1:minAvailable:x 2:selector:46 3:maxUnavailable:x 4:unhealthyPodEvictionPolicy:s
- 1:observedGeneration:?i 2:disruptedPods:?%t 3:disruptionsAllowed:i 4:currentHealthy:i 5:desiredHealthy:i 6:expectedPods:i 7:conditions:?*235
rbac.authorization.k8s.io/v1/ClusterRoleBinding 1:metadata:?3 2:subjects:?*376 3:roleRef:377
- 1:kind:s 2:apiGroup:?s 3:name:s 4:namespace:?s
- 1:apiGroup:s 2:kind:s 3:name:s
rbac.authorization.k8s.io/v1/ClusterRole 1:metadata:?3 2:rules:*379 3:aggregationRule:380
- 1:verbs:*s 2:apiGroups:?*s 3:resources:?*s 4:resourceNames:?*s 5:nonResourceURLs:?*s
- 1:clusterRoleSelectors:?*46
rbac.authorization.k8s.io/v1/RoleBinding 1:metadata:?3 2:subjects:?*376 3:roleRef:377
rbac.authorization.k8s.io/v1/Role 1:metadata:?3 2:rules:*379
storage.k8s.io/v1/CSIDriver 1:metadata:?3 2:spec:384
- 1:attachRequired:b 2:podInfoOnMount:b 3:volumeLifecycleModes:?*s 4:storageCapacity:b 5:fsGroupPolicy:s 6:tokenRequests:?*385 7:requiresRepublish:b 8:seLinuxMount:b 9:nodeAllocatableUpdatePeriodSeconds:i 10:serviceAccountTokenInSecrets:b 11:preventPodSchedulingIfMissing:b
- 1:audience:s 2:expirationSeconds:i
storage.k8s.io/v1/CSINode 1:metadata:?3 2:spec:387 3:status:?390
- 1:drivers:*388
- 1:name:s 2:nodeID:s 3:topologyKeys:*s 4:allocatable:389
- 1:count:i
- 1:storageHealth:?*391
- 1:name:s 2:healthConditions:?*392
- 1:status:s 2:reason:s 3:message:?s 4:accessMode:s 5:volumeMode:s 6:lastTransitionTime:?t
storage.k8s.io/v1/CSIStorageCapacity 1:metadata:?3 2:nodeTopology:46 3:storageClassName:s 4:capacity:q 5:maximumVolumeSize:q
storage.k8s.io/v1/StorageClass 1:metadata:?3 2:provisioner:s 3:parameters:?%s 4:reclaimPolicy:s 5:mountOptions:?*s 6:allowVolumeExpansion:b 7:volumeBindingMode:s 8:allowedTopologies:?*395
- 1:matchLabelExpressions:?*396
- 1:key:s 2:values:*s
storage.k8s.io/v1/VolumeAttachment 1:metadata:?3 2:spec:398 3:status:?400
- 1:attacher:s 2:source:399 3:nodeName:s
- 1:persistentVolumeName:s 2:inlineVolumeSpec:57
- 1:attached:b 2:attachmentMetadata:?%s 3:attachError:401 4:detachError:401
- 1:time:?t 2:message:?s 3:errorCode:i
storage.k8s.io/v1/VolumeAttributesClass 1:metadata:?3 2:driverName:s 3:parameters:?%s
admissionregistration.k8s.io/v1/MutatingAdmissionPolicy 1:metadata:?3 2:spec:?404
- 1:paramKind:405 2:matchConstraints:406 3:variables:?*410 4:mutations:?*411 5:failurePolicy:s 6:matchConditions:?*414 7:reinvocationPolicy:?s
- 1:apiVersion:?s 2:kind:?s
- 1:namespaceSelector:46 2:objectSelector:46 3:resourceRules:?*407 4:excludeResourceRules:?*407 7:matchPolicy:s
- 1:resourceNames:?*s 2::^408
- 1:operations:?*s 2::^409
- 1:apiGroups:?*s 2:apiVersions:?*s 3:resources:?*s 4:scope:s
- 1:name:s 2:expression:s
- 2:patchType:s 3:applyConfiguration:412 4:jsonPatch:413
- 1:expression:?s
- 1:expression:?s
- 1:name:s 2:expression:s
admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding 1:metadata:?3 2:spec:?416
- 1:policyName:?s 2:paramRef:417 3:matchResources:406
- 1:name:?s 2:namespace:?s 3:selector:46 4:parameterNotFoundAction:s
admissionregistration.k8s.io/v1/MutatingWebhookConfiguration 1:metadata:?3 2:webhooks:?*419
- 1:name:s 2:clientConfig:420 3:rules:?*408 4:failurePolicy:s 9:matchPolicy:s 5:namespaceSelector:46 11:objectSelector:46 6:sideEffects:s 7:timeoutSeconds:i 8:admissionReviewVersions:*s 10:reinvocationPolicy:s 12:matchConditions:?*414
- 3:url:s 1:service:421 2:caBundle:?y
- 1:namespace:s 2:name:s 3:path:s 4:port:i
admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy 1:metadata:?3 2:spec:?423 3:status:?426
- 1:paramKind:405 2:matchConstraints:406 3:validations:?*424 4:failurePolicy:s 5:auditAnnotations:?*425 6:matchConditions:?*414 7:variables:?*410
- 1:expression:s 2:message:?s 3:reason:s 4:messageExpression:?s
- 1:key:s 2:valueExpression:s
- 1:observedGeneration:?i 2:typeChecking:427 3:conditions:?*235
- 1:expressionWarnings:?*428
- 2:fieldRef:s 3:warning:s
admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding 1:metadata:?3 2:spec:?430
- 1:policyName:?s 2:paramRef:417 3:matchResources:406 4:validationActions:?*s
admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration 1:metadata:?3 2:webhooks:?*432
- 1:name:s 2:clientConfig:420 3:rules:?*408 4:failurePolicy:s 9:matchPolicy:s 5:namespaceSelector:46 10:objectSelector:46 6:sideEffects:s 7:timeoutSeconds:i 8:admissionReviewVersions:*s 11:matchConditions:?*414
scheduling.k8s.io/v1/PriorityClass 1:metadata:?3 2:value:i 3:globalDefault:?b 4:description:?s 5:preemptionPolicy:s
coordination.k8s.io/v1/Lease 1:metadata:?3 2:spec:?435
- 1:holderIdentity:s 2:leaseDurationSeconds:i 3:acquireTime:u 4:renewTime:u 5:leaseTransitions:i 6:strategy:s 7:preferredHolder:s
node.k8s.io/v1/RuntimeClass 1:metadata:?3 2:handler:s 3:overhead:437 4:scheduling:438
- 1:podFixed:?%q
- 1:nodeSelector:?%s 2:tolerations:?*167
discovery.k8s.io/v1/EndpointSlice 1:metadata:?3 4:addressType:s 2:endpoints:*440 3:ports:*445
- 1:addresses:*s 2:conditions:?441 3:hostname:s 4:targetRef:6 5:deprecatedTopology:?%s 6:nodeName:s 7:zone:s 8:hints:442
- 1:ready:b 2:serving:b 3:terminating:b
- 1:forZones:?*443 2:forNodes:?*444
- 1:name:s
- 1:name:s
- 1:name:s 2:protocol:s 3:port:i 4:appProtocol:s
resource.k8s.io/v1/DeviceClass 1:metadata:?3 2:spec:447
- 1:selectors:?*448 2:config:?*450 4:extendedResourceName:s
- 1:cel:449
- 1:expression:s
- 1::^451
- 1:opaque:452
- 1:driver:s 2:parameters:j
resource.k8s.io/v1/ResourceClaim 1:metadata:?3 2:spec:454 3:status:?463
- 1:devices:455
- 1:requests:*456 2:constraints:?*461 3:config:?*462
- 1:name:s 2:exactly:457 3:firstAvailable:?*460
- 1:deviceClassName:s 2:selectors:?*448 3:allocationMode:?s 4:count:?i 5:adminAccess:b 6:tolerations:?*458 7:capacity:459
- 1:key:?s 2:operator:?s 3:value:?s 4:effect:?s 5:tolerationSeconds:i
- 1:requests:?%q
- 1:name:s 2:deviceClassName:s 3:selectors:?*448 4:allocationMode:?s 5:count:?i 6:tolerations:?*458 7:capacity:459
- 1:requests:?*s 2:matchAttribute:s 3:distinctAttribute:s
- 1:requests:?*s 2::^451
- 1:allocation:464 2:reservedFor:?*468 4:devices:?*469
- 1:devices:?465 3:nodeSelector:83 5:allocationTimestamp:t
- 1:results:?*466 2:config:?*467
- 1:request:s 2:driver:s 3:pool:s 4:device:s 5:adminAccess:b 6:tolerations:?*458 7:bindingConditions:?*s 8:bindingFailureConditions:?*s 9:shareID:s 10:consumedCapacity:?%q 11:skipNodeOperations:?*s
- 1:source:s 2:requests:?*s 3::^451
- 1:apiGroup:?s 3:resource:s 4:name:s 5:uid:s
- 1:driver:s 2:pool:s 3:device:s 7:shareID:s 4:conditions:*235 5:data:j 6:networkData:470
- 1:interfaceName:?s 2:ips:?*s 3:hardwareAddress:?s
resource.k8s.io/v1/ResourceClaimTemplate 1:metadata:?3 2:spec:472
- 1:metadata:?3 2:spec:454
resource.k8s.io/v1/ResourceSlice 1:metadata:?3 2:spec:474
- 1:driver:s 2:pool:475 3:nodeName:s 4:nodeSelector:83 5:allNodes:b 6:devices:?*476 7:perDeviceNodeSelection:b 8:sharedCounters:?*487 9:partitionTypeAttribute:s 10:skipNodeOperations:?*s
- 1:name:s 2:generation:i 3:resourceSliceCount:i
- 1:name:s 2:attributes:?%477 3:capacity:?%478 4:consumesCounters:?*481 5:nodeName:s 6:nodeSelector:83 7:allNodes:b 8:taints:?*483 9:bindsToNode:b 10:bindingConditions:?*s 11:bindingFailureConditions:?*s 12:allowMultipleAllocations:b 14:nodeAllocatableResources:?%484
- 2:int:i 3:bool:b 4:string:s 5:version:s 6:ints:?*i 7:bools:?*b 8:strings:?*s 9:versions:?*s
- 1:value:q 2:requestPolicy:479
- 1:default:q 3:validValues:?*q 4:validRange:480
- 1:min:q 2:max:q 3:step:q
- 1:counterSet:s 2:counters:?%482
- 1:value:q
- 1:key:s 2:value:?s 3:effect:s 4:timeAdded:t
- 3:mapping:485 4:overhead:486
- 1:capacityKey:s 2:capacityMultiplier:q 3:deviceMultiplier:q
- 1:perPod:q 2:perContainer:q
- 1:name:s 2:counters:?%482
flowcontrol.apiserver.k8s.io/v1/FlowSchema 1:metadata:?3 2:spec:?489 3:status:?499
- 1:priorityLevelConfiguration:490 2:matchingPrecedence:i 3:distinguisherMethod:491 4:rules:?*492
- 1:name:s
- 1:type:s
- 1:subjects:*493 2:resourceRules:?*497 3:nonResourceRules:?*498
- 1:kind:s 2:user:494 3:group:495 4:serviceAccount:496
- 1:name:s
- 1:name:s
- 1:namespace:s 2:name:s
- 1:verbs:*s 2:apiGroups:*s 3:resources:*s 4:clusterScope:?b 5:namespaces:*s
- 1:verbs:*s 6:nonResourceURLs:*s
- 1:conditions:?*500
- 1:type:?s 2:status:?s 3:lastTransitionTime:?t 4:reason:?s 5:message:?s
flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration 1:metadata:?3 2:spec:?502 3:status:?507
- 1:type:s 2:limited:503 3:exempt:506
- 1:nominalConcurrencyShares:i 2:limitResponse:?504 3:lendablePercent:i 4:borrowingLimitPercent:i
- 1:type:s 2:queuing:505
- 1:queues:i 2:handSize:i 3:queueLengthLimit:i
- 1:nominalConcurrencyShares:i 2:lendablePercent:i
- 1:conditions:?*508
- 1:type:?s 2:status:?s 3:lastTransitionTime:?t 4:reason:?s 5:message:?s
"""#
