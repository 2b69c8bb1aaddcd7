package typist

import (
	"bytes"
	"encoding/xml"
	"errors"
	"regexp"
	"strings"
)

// odt reads the parts of an OpenDocument text.
func odt(b []byte) error {
	z, err := open(b)
	if err != nil {
		return err
	}
	main, mime := false, false
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		switch {
		case strings.HasPrefix(name, "basic/"), strings.HasPrefix(name, "scripts/"):
			return ErrMacro
		case name == "mimetype":
			text, err := part(f, 200)
			if err != nil {
				return err
			}
			mime = string(text) == "application/vnd.oasis.opendocument.text"
		case strings.HasSuffix(name, ".xml"):
			text, err := part(f, mostXML)
			if err != nil {
				return err
			}
			if bytes.Contains(text, []byte("<!ENTITY")) {
				return ErrFormat
			}
			main = main || name == "content.xml"
			if err := odtPart(text); err != nil {
				return err
			}
		}
	}
	if !main || !mime {
		return ErrFormat
	}
	return nil
}

var elsewhere = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*:|/|\\|\.\./)`)

// odtPart refuses what a part runs, embeds or fetches. Links that a reader may follow (text:a, draw:a) stay.
func odtPart(text []byte) error {
	err := walkXML(text, func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		if !ok {
			return nil
		}
		switch e.Name.Space + ":" + e.Name.Local {
		case "manifest:encryption-data":
			return ErrEncrypted
		case "script:event-listener", "office:script", "text:script", "text:execute-macro":
			return ErrMacro
		case "draw:object-ole", "draw:applet", "draw:plugin", "draw:floating-frame":
			return ErrEmbedded
		case "text:dde-connection-decl", "office:dde-source", "form:connection-resource", "text:database-display":
			return ErrRemote
		case "text:a", "draw:a", "meta:template", "meta:hyperlink-behaviour", "form:form":
			return nil
		}
		for _, a := range e.Attr {
			if a.Name.Local == "href" && elsewhere.MatchString(strings.TrimSpace(a.Value)) {
				return ErrRemote
			}
		}
		return nil
	})
	if _, ours := errors.AsType[*Refusal](err); err != nil && !ours {
		return ErrFormat
	}
	return err
}

// wide is text as a compound file writes names and strings.
func wide(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}

// doc looks at the names of the streams of a compound file; it does not read the text.
func doc(b []byte) error {
	switch {
	case !bytes.HasPrefix(b, compound) || !bytes.Contains(b, wide("WordDocument")):
		return ErrFormat
	case bytes.Contains(b, wide("EncryptedPackage")), bytes.Contains(b, wide("EncryptionInfo")):
		return ErrEncrypted
	case bytes.Contains(b, wide("_VBA_PROJECT")), bytes.Contains(b, wide("Macros")):
		return ErrMacro
	case bytes.Contains(b, wide("ObjectPool")) && bytes.Contains(b, wide("\x01Ole")):
		return ErrEmbedded
	case fetching.Match(b), fetching.Match(bytes.ReplaceAll(b, []byte{0}, nil)):
		return ErrRemote
	}
	return nil
}

var (
	rtfObject = regexp.MustCompile(`\\(objdata|objupdate|objautlink|objlink|objemb|objocx)\b`)
	rtfFetch  = regexp.MustCompile(`(?i)(INCLUDETEXT|INCLUDEPICTURE|DDEAUTO|\bDDE\b|\bRD\b\s+["\\])`)
)

// rtf looks for the words that embed, fetch or run.
func rtf(b []byte) error {
	switch {
	case !bytes.HasPrefix(b, []byte(`{\rtf`)):
		return ErrFormat
	case rtfObject.Match(b):
		return ErrEmbedded
	case rtfFetch.Match(b):
		return ErrRemote
	}
	return nil
}
