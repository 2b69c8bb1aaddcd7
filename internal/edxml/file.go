package edxml

import (
	"encoding/base64"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Attachment is one file of a received message. Content is what is left after decoding and, for the national form, unpacking.
type Attachment struct {
	ContentID   string
	Name        string // AttachmentName without any folder; never used to unpack anything
	Description string
	ContentType string // the sender's label; labels lie (X7.3)
	Found       string // what the content is by its first bytes: pdf, zip, ole, xml, rtf, png, jpeg, gif, tiff, text, "" unknown
	Size        int64
	SHA256      string // hex, of the content
	Unpacked    bool   // it came as a ZIP of one entry
	Listed      bool   // it has a Reference in the manifest
}

// file is an attachment while it is being read.
type file struct {
	Attachment
	has  bool // content element seen
	body *spool
}

func (rd *reader) drop() {
	for _, f := range rd.files {
		f.body.close()
	}
}

// readFiles reads AttachmentEncoded. Whatever is not an Attachment is ignored there.
func (rd *reader) readFiles(e *element) error {
	for {
		tok, err := rd.sc.next()
		switch {
		case err != nil:
			return err
		case tok.kind == endToken:
			return nil
		case tok.kind != startToken:
		case strings.EqualFold(tok.elem.local, "Attachment"):
			if err := rd.readFile(); err != nil {
				return err
			}
		default:
			if err := rd.readChildren(&node{elem: tok.elem}); err != nil {
				return err
			}
		}
	}
}

func (rd *reader) readFile() error {
	if len(rd.files) >= rd.opt.MaxFiles {
		return quarantine(TooMany, "part", "Attachment", "limit", rd.opt.MaxFiles)
	}
	f := &file{body: newSpool(rd.opt.SpoolDir)}
	rd.files = append(rd.files, f)
	for {
		tok, err := rd.sc.next()
		switch {
		case err != nil:
			return err
		case tok.kind == endToken:
			return nil
		case tok.kind != startToken:
		case strings.EqualFold(tok.elem.local, "ContentTransferEncoded") && !f.has:
			f.has = true
			if err := rd.readContent(f); err != nil {
				return err
			}
		default:
			n := &node{elem: tok.elem}
			if err := rd.readChildren(n); err != nil {
				return err
			}
			f.describe(tok.elem.local, strings.TrimSpace(n.content()))
		}
	}
}

// contentID strips the optional "cid:", however it is written (X7.1).
func contentID(s string) string {
	if s = strings.TrimSpace(s); len(s) >= 4 && strings.EqualFold(s[:4], "cid:") {
		s = strings.TrimSpace(s[4:])
	}
	return s
}

func (f *file) describe(name, value string) {
	switch strings.ToLower(name) {
	case "contentid":
		f.ContentID = contentID(value)
	case "attachmentname":
		f.Name = value
	case "description":
		f.Description = value
	case "contenttype":
		f.ContentType = value
	case "mimetype":
		if f.ContentType == "" {
			f.ContentType = value
		}
	case "fieldname":
		if f.Name == "" {
			f.Name = value
		}
	}
}

// readContent decodes the base64 text of one file into its spool.
func (rd *reader) readContent(f *file) error {
	dec := &decoder{to: f.body}
	name := func() string { return short(f.Name + f.ContentID) }
	for {
		tok, err := rd.sc.next()
		if err != nil {
			return err
		}
		switch tok.kind {
		case startToken:
			return quarantine(BadBase64, "name", name())
		case endToken:
			if err := dec.finish(); err == errBase64 {
				return quarantine(BadBase64, "name", name())
			} else if err != nil {
				return err
			}
			return nil
		case textToken:
			err := dec.decode(tok.text)
			if err == errBase64 {
				return quarantine(BadBase64, "name", name())
			}
			if err != nil {
				return err
			}
			if f.body.size > rd.opt.MaxFile {
				return quarantine(FileTooLarge, "name", name(), "limit", rd.opt.MaxFile)
			}
		}
	}
}

var errBase64 = fmt.Errorf("edxml: not base64")

// decoder decodes base64 piece by piece, white space ignored, padding optional at the end and forbidden before it.
type decoder struct {
	to      io.Writer
	pending []byte
	out     []byte
	padded  bool
}

func (d *decoder) decode(text []byte) error {
	for _, c := range text {
		switch c {
		case ' ', '\t', '\r', '\n':
		case '=':
			d.padded = true
			d.pending = append(d.pending, c)
		default:
			if d.padded {
				return errBase64
			}
			d.pending = append(d.pending, c)
		}
	}
	return d.flush(len(d.pending) &^ 3)
}

func (d *decoder) flush(n int) error {
	if n == 0 {
		return nil
	}
	d.out = append(d.out[:0], make([]byte, base64.StdEncoding.DecodedLen(n))...)
	m, err := base64.StdEncoding.Decode(d.out, d.pending[:n])
	if err != nil {
		return errBase64
	}
	d.pending = append(d.pending[:0], d.pending[n:]...)
	_, err = d.to.Write(d.out[:m])
	return err
}

func (d *decoder) finish() error {
	if rest := len(d.pending); rest > 0 && !d.padded {
		d.pending = append(d.pending, "==="[:4-rest]...)
		if rest == 1 {
			return errBase64
		}
	}
	if len(d.pending)%4 != 0 {
		return errBase64
	}
	return d.flush(len(d.pending))
}

// fileName keeps the last part of a name in NFC, without control and direction characters, at most 200 bytes with its extension.
func fileName(s string) string {
	s = strings.ReplaceAll(s, `\`, "/")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, s[strings.LastIndexByte(s, '/')+1:])
	s = strings.TrimSpace(norm.NFC.String(s))
	if s == "." || s == ".." {
		return ""
	}
	ext := path.Ext(s)
	if len(ext) > 20 {
		ext = ""
	}
	if stem := strings.TrimSuffix(s, ext); len(s) > 200 {
		s = strings.ToValidUTF8(stem[:200-len(ext)], "") + ext
	}
	return s
}

func extension(name string) string { return strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")) }
