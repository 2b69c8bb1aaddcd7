package dossiers

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/pdf"
	"congvu/internal/store"
)

// exportLength are the lengths of the standard (Phụ lục VI, part II; TT05); longer values are cut with a warning, identifiers never (D17.1).
var exportLength = map[string]int{"Title": 1000, "Subject": 500, "TypeName": 100, "OrganName": 200, "Description": 500, "FullName": 50, "Position": 100}

type xmlField struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
}

type xmlDocument struct {
	Ordinal int        `xml:"DocOrdinal,attr"`
	Ref     string     `xml:"ref,attr"`
	Fields  []xmlField `xml:",any"`
	Files   []xmlFile  `xml:"File"`
}

type xmlFile struct {
	Name   string `xml:"name,attr"`
	Source string `xml:"source,attr"`
	Media  string `xml:"media,attr"`
	Size   int64  `xml:"size,attr"`
	SHA    string `xml:"sha256,attr"`
}

type xmlDossier struct {
	XMLName   xml.Name      `xml:"Dossier"`
	Fields    []xmlField    `xml:",any"`
	Documents []xmlDocument `xml:"Document"`
}

func field(name, text string, warn *[]string) xmlField {
	if n := exportLength[name]; n > 0 && len([]rune(text)) > n {
		*warn = append(*warn, fmt.Sprintf("%s: cắt còn %d ký tự", name, n))
		text = string([]rune(text)[:n])
	}
	return xmlField{xml.Name{Local: name}, text}
}

// fileName is how an exported file is called: the dossier's code and the ordinal first (D16.11).
func fileName(d *Dossier, i Item, n int) string {
	name := ""
	if n > 0 {
		name = fmt.Sprintf(".%d", n)
	}
	return fmt.Sprintf("%s.%07d%s%s", strings.ReplaceAll(d.Code, "/", "-"), i.Ordinal, name, strings.ToLower(path.Ext(i.About.Files[n].Name)))
}

func (d *Dossier) xmlOf(items []Item) (*xmlDossier, []string) {
	warn := []string{}
	out := &xmlDossier{}
	for _, f := range [][2]string{{"OrganId", d.OrganCode}, {"FileCatalog", fmt.Sprint(d.Year)}, {"FileNotation", d.Code}, {"Title", d.Title}, {"Maintenance", d.Text()}, {"Rights", d.RightsCode}, {"Creator", d.PersonName}, {"Language", d.Language},
		{"StartDate", string(d.StartDate)}, {"EndDate", string(d.EndDate)}, {"DocTotal", fmt.Sprint(d.DocTotal)}, {"PageTotal", fmt.Sprint(d.PageTotal)}, {"Description", d.Note}, {"Keywords", d.Keywords}, {"ArchiveCode", d.ArchiveCode}} {
		out.Fields = append(out.Fields, field(f[0], f[1], &warn))
	}
	for _, x := range d.Extra {
		out.Fields = append(out.Fields, field("Extra", x.Name+": "+x.Value, &warn))
	}
	for _, i := range items {
		a := i.About
		doc := xmlDocument{Ordinal: i.Ordinal, Ref: i.Ref}
		for _, f := range [][2]string{{"Direction", a.Direction}, {"DocumentId", a.DocumentID}, {"TypeName", i.TypeName}, {"CodeNumber", a.Number}, {"CodeNotation", orElse(a.Notation, i.Code)}, {"IssuedDate", string(i.DocDate)}, {"OrganName", i.Author}, {"Subject", i.Subject},
			{"Language", a.Language}, {"PageAmount", fmt.Sprint(i.Pages)}, {"Description", i.Note}, {"Position", a.SignerPosition}, {"FullName", a.SignerName}, {"To", strings.Join(a.To, "; ")}, {"Priority", fmt.Sprint(a.Urgency)},
			{"DueDate", string(a.Due)}, {"ArrivalDate", string(a.Arrived)}, {"Medium", a.Medium}} {
			if f[1] != "" {
				doc.Fields = append(doc.Fields, field(f[0], f[1], &warn))
			}
		}
		for n, f := range a.Files {
			doc.Files = append(doc.Files, xmlFile{fileName(d, i, n), f.Name, f.Media, f.Size, f.SHA})
		}
		out.Documents = append(out.Documents, doc)
	}
	return out, warn
}

// exported loads a dossier with its documents in the order of time, for those who open it.
func exported(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Dossier, []Item, error) {
	d, err := read(ctx, r, a, id)
	if err != nil {
		return nil, nil, err
	}
	items, err := itemsOf(ctx, r, d.AgencyID, d.ID)
	byTime(items)
	return d, items, err
}

// ExportXML gives the whole dossier with all describing data, documents in the order of time (V27). Warnings name the fields that had to be cut.
func ExportXML(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]byte, []string, error) {
	d, items, err := exported(ctx, r, a, id)
	if err != nil {
		return nil, nil, err
	}
	out, warn := d.xmlOf(items)
	b, err := marshal(out)
	return b, warn, err
}

func marshal(v any) ([]byte, error) {
	b, err := xml.MarshalIndent(v, "", "  ")
	return append([]byte(xml.Header), append(b, '\n')...), err
}

// mostBundled bounds the bytes of the PDFs that one bundle joins.
const mostBundled = 256 << 20

// ExportPDF joins cover, list and the PDF documents of a dossier, in the order of time, to one PDF to read (V27). Signatures do not outlive the joining: the signed files themselves
// leave with ExportZip, untouched.
func ExportPDF(ctx context.Context, desk *documents.Desk, a store.Actor, id int64) ([]byte, error) {
	d, items, err := exported(ctx, desk.DB, a, id)
	if err != nil {
		return nil, err
	}
	cover, err := d.cover(ctx, desk.DB)
	if err != nil {
		return nil, err
	}
	list, err := d.contents(ctx, desk.DB, items)
	if err != nil {
		return nil, err
	}
	parts, total := [][]byte{cover, list}, int64(0)
	for _, i := range items {
		for _, f := range i.About.Files {
			if f.Media != "application/pdf" {
				continue
			}
			if total += f.Size; total > mostBundled {
				return nil, store.Refuse(store.Conflict, "Các tệp PDF của hồ sơ {code} quá lớn để ghép thành một tệp. Tải gói ZIP thay thế.", "code", d.Code)
			}
			b, err := blob.ReadAll(ctx, desk.Blobs, f.SHA, f.Size)
			if err != nil {
				return nil, err
			}
			parts = append(parts, b)
		}
	}
	return pdf.Join(parts)
}

// ExportZip writes the dossier as a ZIP: index.pdf, ho-so.xml and every file untouched, in the order of time. Nothing of it is held in memory but the index.
func ExportZip(ctx context.Context, desk *documents.Desk, a store.Actor, id int64, w io.Writer) error {
	d, items, err := exported(ctx, desk.DB, a, id)
	if err != nil {
		return err
	}
	list, err := d.contents(ctx, desk.DB, items)
	if err != nil {
		return err
	}
	doc, warn := d.xmlOf(items)
	data, err := marshal(doc)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	made := desk.DB.Now().Time()
	for _, f := range []struct {
		name string
		data []byte
	}{{"index.pdf", list}, {"ho-so.xml", data}, {"warnings.txt", []byte(strings.Join(warn, "\n"))}} {
		if err := put(z, f.name, made, bytes.NewReader(f.data)); err != nil {
			return err
		}
	}
	if err := putFiles(ctx, desk, z, d, items, "files/", made); err != nil {
		return err
	}
	return z.Close()
}

func put(z *zip.Writer, name string, at time.Time, from io.Reader) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
	if err == nil {
		_, err = io.Copy(w, from)
	}
	return err
}

func putFiles(ctx context.Context, desk *documents.Desk, z *zip.Writer, d *Dossier, items []Item, dir string, at time.Time) error {
	for _, i := range items {
		for n, f := range i.About.Files {
			content, err := desk.Blobs.Open(ctx, f.SHA)
			if err != nil {
				return fmt.Errorf("export %s: %w", f.Name, err)
			}
			err = put(z, dir+fileName(d, i, n), at, content)
			content.Close()
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// DocCode is the archive code of a document: that of its dossier and an ordinal of 7 digits (D16.10).
func DocCode(d *Dossier, i Item) string { return fmt.Sprintf("%s.%07d", d.archiveCode(), i.Ordinal) }

func (d *Dossier) archiveCode() string {
	return orElse(d.ArchiveCode, fmt.Sprintf("%s.%d.%s", d.OrganCode, d.Year, d.Code))
}

func isoTime(at store.Instant) string { return at.Time().In(calendar.Hanoi).Format(time.RFC3339) }
