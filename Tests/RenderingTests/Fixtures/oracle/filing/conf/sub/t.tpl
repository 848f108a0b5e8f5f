{{ .Release.Name }} and {{ .Values.x }}
