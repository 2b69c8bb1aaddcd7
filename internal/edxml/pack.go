package edxml

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"path"
	"slices"
)

// File is one file to send. Size is its length in bytes, -1 when unknown; a file of length 0 is refused.
type File struct {
	Name        string
	Description string
	ContentID   string // "" draws one from the document's id and the file's place
	ContentType string // "" follows the name
	Size        int64
	Open        func() (io.ReadCloser, error)
}

// Form says how files travel on a channel (X7.2, X7.4).
type Form int

const (
	// NationalForm sends PDF and files that are themselves ZIP (docx, xlsx, zip …) as plain base64, every other file as a ZIP of one entry.
	NationalForm Form = iota
	// PlainForm sends every file as plain base64, as provincial buses do.
	PlainForm
)

type packedFile struct {
	File
	entry string // name of the entry when zipped, "" when plain
}

var mimeOf = map[string]string{
	"pdf": "application/pdf", "zip": "application/zip", "doc": "application/msword", "xls": "application/vnd.ms-excel",
	"ppt": "application/vnd.ms-powerpoint", "txt": "text/plain", "xml": "text/xml", "rtf": "application/rtf", "csv": "text/csv",
	"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "tif": "image/tiff", "tiff": "image/tiff",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"odt":  "application/vnd.oasis.opendocument.text", "ods": "application/vnd.oasis.opendocument.spreadsheet",
	"odp": "application/vnd.oasis.opendocument.presentation",
}

// pack decides label and form. Names drawn are the same for the same message, so that sending again sends the same bytes.
func (form Form) pack(f File, n int, documentID string) packedFile {
	p := packedFile{File: f}
	ext := extension(f.Name)
	draw := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%s", documentID, n, f.Name))
	if p.ContentID == "" {
		p.ContentID = fmt.Sprintf("%x", draw[16:24])
	}
	if form == NationalForm && ext != "pdf" && !slices.Contains(zipNames, ext) {
		draw[6], draw[8] = draw[6]&0x0f|0x80, draw[8]&0x3f|0x80 // UUID, version 8
		p.entry = fmt.Sprintf("%x-%x-%x-%x-%x%s", draw[:4], draw[4:6], draw[6:8], draw[8:10], draw[10:16], path.Ext(f.Name))
		p.ContentType = mimeOf["zip"]
		return p
	}
	if p.ContentType == "" {
		p.ContentType = mimeOf[ext]
	}
	if p.ContentType == "" {
		p.ContentType = "application/octet-stream"
	}
	return p
}

func (x *writer) manifest(files []packedFile) {
	x.open("edXMLBody", func() {
		x.enter("edXMLManifest")
		x.line(3, `<edXML:edXMLManifest version="1.0">`)
		for _, f := range files {
			x.open("Reference", func() {
				x.must("ContentId", "cid:"+f.ContentID)
				x.must("ContentType", f.ContentType)
				x.may("Description", f.Description)
				x.must("AttachmentName", f.Name)
			})
		}
		x.foreign()
		x.line(3, "</edXML:edXMLManifest>")
		x.leave()
	})
}

// attachments stand outside the envelope, without prefix, but for the content itself (X2.1).
func (x *writer) attachments(files []packedFile) {
	x.line(1, "<AttachmentEncoded>")
	for _, f := range files {
		x.line(2, "<Attachment>")
		x.plain("ContentId", "cid:"+f.ContentID)
		x.plain("AttachmentName", f.Name)
		if f.Description != "" {
			x.plain("Description", f.Description)
		}
		x.plain("ContentType", f.ContentType)
		x.line(3, `<edXML:ContentTransferEncoded xmlns:edXML="`+NS+`">`)
		if x.err == nil {
			if err := x.content(f); x.err == nil {
				x.err = err
			}
		}
		x.raw("</edXML:ContentTransferEncoded>")
		x.line(2, "</Attachment>")
	}
	x.line(1, "</AttachmentEncoded>")
}

func (x *writer) plain(name, value string) {
	x.line(3, "<"+name+">")
	escapeInto(x, clean(value), false)
	x.raw("</" + name + ">")
}

func (x *writer) content(f packedFile) error {
	src, err := f.Open()
	if err != nil {
		return fmt.Errorf("open %s: %w", f.Name, err)
	}
	defer src.Close()
	enc := base64.NewEncoder(base64.StdEncoding, x)
	if err := copyFile(enc, src, f); err != nil {
		return fmt.Errorf("pack %s: %w", f.Name, err)
	}
	return enc.Close()
}

func copyFile(to io.Writer, src io.Reader, f packedFile) error {
	if f.entry == "" {
		return copyExactly(to, src, f.Size)
	}
	z := zip.NewWriter(to)
	w, err := z.CreateHeader(&zip.FileHeader{Name: f.entry, Method: zip.Deflate})
	if err != nil {
		return err
	}
	if err := copyExactly(w, src, f.Size); err != nil {
		return err
	}
	return z.Close()
}

// copyExactly refuses a file whose length is not the one that was checked: a short file would travel as a whole one.
func copyExactly(to io.Writer, src io.Reader, size int64) error {
	n, err := io.Copy(to, src)
	if err == nil && (n == 0 || size > 0 && n != size) {
		err = fmt.Errorf("%d bytes instead of %d: %w", n, size, io.ErrUnexpectedEOF)
	}
	return err
}
