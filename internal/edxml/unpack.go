package edxml

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// zipNames are names whose content is itself a ZIP: they travel and stay as they are (X7.3).
var zipNames = []string{"zip", "docx", "xlsx", "pptx", "odt", "ods", "odp"}

// ratioFloor is the size below which a high ratio of compression harms nobody.
const ratioFloor = 1 << 20

// deliver joins files with the manifest, unpacks, judges, and hands them to the sink.
func (rd *reader) deliver() error {
	if rd.msg.Document == nil {
		return nil
	}
	filled := 0
	for i, f := range rd.files {
		if err := rd.finishFile(f, i+1); err != nil {
			return err
		}
		rd.msg.Attachments = append(rd.msg.Attachments, f.Attachment)
		if f.Size > 0 {
			filled++
		}
	}
	if filled == 0 && rd.msg.Document.Business.Kind != Recall { // a recall names a document, it carries none
		return quarantine(MissingFile)
	}
	if rd.opt.Sink == nil {
		return nil
	}
	for _, f := range rd.files {
		if err := rd.opt.Sink(f.Attachment, f.body.reader()); err != nil {
			return err
		}
	}
	return nil
}

func (rd *reader) finishFile(f *file, n int) error {
	f.Name = fileName(f.Name)
	if string(f.body.head()[:min(4, f.body.size)]) == "PK\x03\x04" {
		if err := rd.unpack(f); err != nil {
			return err
		}
	}
	f.Found = sniff(f.body.head())
	f.Size, f.SHA256 = f.body.size, f.body.digest()
	if f.Name == "" {
		f.Name = "tep-" + strconv.Itoa(n)
		if f.Found != "" && f.Found != "ole" {
			f.Name += "." + f.Found
		}
		rd.warn(UnnamedFile, "id", short(f.ContentID), "name", f.Name)
	}
	switch want, known := contentOf[extension(f.Name)]; {
	case f.Size == 0:
		rd.warn(EmptyFile, "name", f.Name)
	case known && !slices.Contains(want, f.Found):
		rd.warn(TypeMismatch, "name", f.Name, "found", f.Found)
	}
	return nil
}

// unpack replaces a ZIP of exactly one entry by its content (X7.2, X7.3). The name of the entry is never used as a path. A name that
// is itself a kind of ZIP is unpacked only when the entry is such a file again.
func (rd *reader) unpack(f *file) error {
	entry, err := soleEntry(f.body)
	if err != nil {
		rd.warn(BadZip, "name", f.Name)
		return nil
	}
	ext := extension(f.Name)
	if entry == nil || ext == "zip" {
		return nil
	}
	if entry.Flags&1 != 0 {
		rd.warn(EncryptedZip, "name", f.Name)
		return nil
	}
	out, err := rd.expand(f, entry)
	if err != nil || out == nil {
		return err
	}
	if slices.Contains(zipNames, ext) && sniff(out.head()) != "zip" {
		out.close()
		return nil
	}
	if f.Name == "" {
		f.Name = fileName(entry.Name)
	}
	f.body.close()
	f.body, f.Unpacked = out, true
	return nil
}

// expand gives nil without error when the entry is damaged: the file then stays packed, with a warning.
func (rd *reader) expand(f *file, entry *zip.File) (*spool, error) {
	src, err := entry.Open()
	if err != nil {
		rd.warn(BadZip, "name", f.Name)
		return nil, nil
	}
	defer src.Close()
	out := newSpool(rd.opt.SpoolDir)
	w := &gauge{to: out, limit: rd.opt.MaxFile, ratio: rd.opt.MaxRatio, packed: f.body.size}
	switch _, err := io.Copy(w, src); {
	case err == nil:
		return out, nil
	case errors.Is(err, errRatio):
		out.close()
		return nil, quarantine(ZipBomb, "name", short(f.Name), "limit", rd.opt.MaxRatio)
	case errors.Is(err, errSize):
		out.close()
		return nil, quarantine(FileTooLarge, "name", short(f.Name), "limit", rd.opt.MaxFile)
	case w.failed:
		out.close()
		return nil, err
	}
	out.close()
	rd.warn(BadZip, "name", f.Name)
	return nil, nil
}

var errRatio, errSize = errors.New("edxml: ratio"), errors.New("edxml: size")

// gauge stops expansion at the first byte beyond a limit.
type gauge struct {
	to                            io.Writer
	written, limit, ratio, packed int64
	failed                        bool
}

func (g *gauge) Write(p []byte) (int, error) {
	g.written += int64(len(p))
	if g.written > ratioFloor && g.written > g.ratio*g.packed {
		return 0, errRatio
	}
	if g.written > g.limit {
		return 0, errSize
	}
	n, err := g.to.Write(p)
	g.failed = err != nil
	return n, err
}

// soleEntry opens a ZIP that declares one entry; nil if it declares another number. The directory is measured before it is read,
// so that a hostile one cannot fill memory.
func soleEntry(s *spool) (*zip.File, error) {
	const endSize, longest = 22, 22 + 65535
	tail := make([]byte, min(s.size, longest))
	if _, err := s.ReadAt(tail, s.size-int64(len(tail))); err != nil && err != io.EOF {
		return nil, err
	}
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if at < 0 || len(tail)-at < endSize {
		return nil, zip.ErrFormat
	}
	end := tail[at:]
	count, dirSize := binary.LittleEndian.Uint16(end[10:]), binary.LittleEndian.Uint32(end[12:])
	dirAt := int64(binary.LittleEndian.Uint32(end[16:]))
	if count != 1 {
		return nil, nil
	}
	if dirSize > 256<<10 || s.size-dirAt > 512<<10 {
		return nil, zip.ErrFormat
	}
	z, err := zip.NewReader(s, s.size)
	if z == nil || err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, err
	}
	if len(z.File) != 1 || strings.HasSuffix(z.File[0].Name, "/") {
		return nil, zip.ErrFormat
	}
	z.File[0].Name = path.Base(strings.ReplaceAll(z.File[0].Name, `\`, "/"))
	return z.File[0], nil
}

// contentOf lists what a name promises.
var contentOf = map[string][]string{
	"pdf": {"pdf"}, "doc": {"ole"}, "xls": {"ole"}, "ppt": {"ole"}, "rtf": {"rtf"}, "xml": {"xml"},
	"txt": {"text", "xml"}, "csv": {"text"}, "png": {"png"}, "jpg": {"jpeg"}, "jpeg": {"jpeg"}, "gif": {"gif"}, "tif": {"tiff"}, "tiff": {"tiff"},
	"zip": {"zip"}, "docx": {"zip"}, "xlsx": {"zip"}, "pptx": {"zip"}, "odt": {"zip"}, "ods": {"zip"}, "odp": {"zip"},
}

var magics = []struct{ head, kind string }{
	{"%PDF-", "pdf"}, {"PK\x03\x04", "zip"}, {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"}, {"{\\rtf", "rtf"}, {"\x89PNG\r\n\x1a\n", "png"},
	{"\xff\xd8\xff", "jpeg"}, {"GIF8", "gif"}, {"II*\x00", "tiff"}, {"MM\x00*", "tiff"}, {"<?xml", "xml"}, {"\xef\xbb\xbf<?xml", "xml"},
}

func sniff(head []byte) string {
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.head)) {
			return m.kind
		}
	}
	for cut := 0; cut < 4 && len(head) > 0; cut++ { // the last rune may be cut
		if utf8.Valid(head[:len(head)-min(cut, len(head))]) {
			if bytes.IndexByte(head, 0) < 0 {
				return "text"
			}
			return ""
		}
	}
	return ""
}

// MainFile guesses the main document among attachments in manifest order: the first PDF, else the first file. The clerk decides (X7.5).
// It gives -1 for an empty list.
func MainFile(files []Attachment) int {
	for i, f := range files {
		if f.Found == "pdf" {
			return i
		}
	}
	if len(files) == 0 {
		return -1
	}
	return 0
}
