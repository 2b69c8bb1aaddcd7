package pdf

import (
	"slices"
	"strings"
)

// Kinds of active content that Active names.
const (
	ActiveJavaScript = "JavaScript"
	ActiveLaunch     = "Launch"
	ActiveOpenAction = "OpenAction"
	ActiveAdditional = "AdditionalActions"
	ActiveXFA        = "XFA"
	ActiveFile       = "EmbeddedFile"
	ActiveRemote     = "RemoteFile"
	ActiveSubmit     = "SubmitForm"
	ActiveImport     = "ImportData"
	ActiveMedia      = "Media"
	ActiveUNC        = "UNCPath"
	ActiveUnread     = "Unreadable"
)

var activeActions = map[Name]string{
	"JavaScript": ActiveJavaScript, "Launch": ActiveLaunch, "GoToR": ActiveRemote, "GoToE": ActiveFile,
	"SubmitForm": ActiveSubmit, "ImportData": ActiveImport, "Rendition": ActiveMedia, "Movie": ActiveMedia,
	"Sound": ActiveMedia, "RichMediaExecute": ActiveMedia,
}

var activeKeys = map[Name]string{
	"JS": ActiveJavaScript, "JavaScript": ActiveJavaScript, "XFA": ActiveXFA, "AA": ActiveAdditional, "EF": ActiveFile,
	"EmbeddedFiles": ActiveFile, "RichMediaContent": ActiveMedia,
}

// maxUnread is after how many unreadable objects a file is not searched any further.
const maxUnread = 100

// Active lists, sorted, the kinds of content in any object of the file that could act on the reader's machine: scripts,
// launch actions, forms of a second technology, embedded and remote files, media, UNC paths (reliability, T13). It shows
// what to warn of and where to serve the file from; it proves nothing about harm. Unreadable objects are named too.
func Active(f *File) []string {
	found := map[string]bool{}
	if a, ok := f.Root()["OpenAction"]; ok {
		if _, destination := a.(Array); !destination && f.Dict(a)["S"] != Name("GoTo") && f.Array(a) == nil {
			found[ActiveOpenAction] = true
		}
	}
	unread := 0
	for _, n := range f.Numbers() {
		at, _ := f.Where(n)
		o, err := f.Object(Ref{n, at.Gen})
		if err != nil {
			found[ActiveUnread] = true
			if unread++; unread == maxUnread {
				break
			}
		}
		lookInside(o, found)
	}
	out := make([]string, 0, len(found))
	for k := range found {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func lookInside(o any, found map[string]bool) {
	switch v := o.(type) {
	case *Stream:
		if v.Dict["Type"] == Name("EmbeddedFile") {
			found[ActiveFile] = true
		}
		lookInside(v.Dict, found)
	case Dict:
		if s, ok := v["S"].(Name); ok && activeActions[s] != "" {
			found[activeActions[s]] = true
		}
		for k, x := range v {
			if kind := activeKeys[k]; kind != "" && x != nil {
				found[kind] = true
			}
			lookInside(x, found)
		}
	case Array:
		for _, x := range v {
			lookInside(x, found)
		}
	case String:
		front := String{Bytes: v.Bytes[:min(len(v.Bytes), 16)]}
		if strings.HasPrefix(front.Text(), `\\`) {
			found[ActiveUNC] = true
		}
	}
}
