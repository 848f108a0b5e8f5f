{{- define "common.labels" -}}
app: {{ .Chart.Name | trunc 63 | trimSuffix "-" }}
release: {{ .Release.Name }}
of: {{ .Template.Name }}
{{- with .Values.extra }}
{{ toYaml . }}
{{- end }}
{{- end -}}
