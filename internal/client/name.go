package client

import (
	"mime"
	"strings"
	"unicode"
)

// proposedName reads the file name a server proposes and leaves of it only a plain name in the present folder: no path, no control
// character, no leading dot. "" when nothing is left.
func proposedName(disposition string) string {
	_, params, err := mime.ParseMediaType(disposition)
	if err != nil {
		return ""
	}
	name := params["filename"]
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, name)
	return strings.TrimLeft(strings.TrimSpace(name), ".")
}
