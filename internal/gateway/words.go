package gateway

import "maps"

// Usual gives the paths of a channel as they are written down (X17.1, X18.1). The newer provincial generation signs every call by its
// headers; a path of login that is set makes the link work with tokens, as the older one does.
func Usual(c Channel) map[string]string {
	switch c {
	case National:
		return map[string]string{"send": "/sendEdoc", "list": "/getReceivedEdocList", "fetch": "/getEdoc", "confirm": "/updateStatus",
			"agencies": "/getAgenciesListQD20", "changes": "/getSynchronizeUnit"}
	case Provincial:
		return map[string]string{"send": "/v1/sendEdoc", "list": "/v1/syncReceivedEdocList", "fetch": "/v1/getEdoc", "confirm": "/v1/updateStatus",
			"agencies": "/v1/getAgenciesList", "login": "/v1/auth/login"}
	}
	return nil
}

// OlderPaths are those of the older provincial generation, for Config.Paths (X18.2).
func OlderPaths() map[string]string {
	return map[string]string{"login": "/api/lgspedoc/login", "send": "/api/lgspedoc/send-edoc", "list": "/api/lgspedoc/received-edocs",
		"fetch": "/api/lgspedoc/get-edoc", "agencies": "/api/lgspedoc/organizations", "confirm": "/api/lgspedoc/update-status"}
}

// UsualWords gives what Config.Headers may replace: names of headers, the part that carries the file, the version and
// the agent that are told, and how a day is written in a list's bounds. file-hash is a header for the SHA-256 of the file; it is sent when named (X17.7).
func UsualWords(c Channel) map[string]string {
	switch c {
	case National:
		return map[string]string{"prefix": "XroadVnpt-", "timestamp": "timestamp", "systemid": "systemid", "version": "version",
			"keys": "sign-header-key", "signed": "sign-header", "hash": "hash-header", "file-hash": "",
			"release": "3.0.201608", "agent": "JAVASDKAgent/1.0.0 XRoad/VPCP", "part": "file_doc", "day": "2006/01/02"}
	case Provincial:
		return map[string]string{"systemid": "X-SystemId", "secret": "X-SecretKey", "token": "Authorization", "token-kind": "Bearer ",
			"part": "file_doc", "day": "2006/01/02"}
	}
	return nil
}

func replaced(usual, with map[string]string) map[string]string {
	out := maps.Clone(usual)
	maps.Copy(out, with)
	return out
}
