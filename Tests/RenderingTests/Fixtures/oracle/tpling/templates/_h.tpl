{{- define "name" }}{{ .Release.Name }}-{{ .Values.n }}{{ end -}}
