package dossiers

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/store"
)

// Parts of a submission package (SIP; TT05, D16.10): METS lists every file with its SHA-256, EAD describes, PREMIS says where from and what happened.
const (
	sipMETS   = "METS.xml"
	sipEAD    = "metadata/descriptive/EAD.xml"
	sipPREMIS = "metadata/preservation/PREMIS.xml"
	sipData   = "representations/rep1/data/"
)

type mets struct {
	XMLName xml.Name `xml:"http://www.loc.gov/METS/ mets"`
	ObjID   string   `xml:"OBJID,attr"`
	Type    string   `xml:"TYPE,attr"`
	Label   string   `xml:"LABEL,attr"`
	Header  struct {
		Created string `xml:"CREATEDATE,attr"`
		Agent   struct {
			Role string `xml:"ROLE,attr"`
			Type string `xml:"TYPE,attr"`
			Name string `xml:"name"`
		} `xml:"agent"`
	} `xml:"metsHdr"`
	Files []metsFile `xml:"fileSec>fileGrp>file"`
	Div   metsDiv    `xml:"structMap>div"`
}

type metsFile struct {
	ID       string `xml:"ID,attr"`
	MIME     string `xml:"MIMETYPE,attr"`
	Size     int64  `xml:"SIZE,attr"`
	Sum      string `xml:"CHECKSUM,attr"`
	SumKind  string `xml:"CHECKSUMTYPE,attr"`
	Location struct {
		Kind string `xml:"LOCTYPE,attr"`
		Href string `xml:"http://www.w3.org/1999/xlink href,attr"`
	} `xml:"FLocat"`
}

type metsDiv struct {
	Label    string `xml:"LABEL,attr"`
	Pointers []struct {
		FileID string `xml:"FILEID,attr"`
	} `xml:"fptr"`
}

type ead struct {
	XMLName   xml.Name `xml:"http://ead3.archivists.org/schema/ ead"`
	FileCode  string   `xml:"archdesc>arcFileCode"`
	Dossier   eadMain  `xml:"archdesc>dossier"`
	Documents []eadDoc `xml:"archdesc>dsc>c"`
}

type eadMain struct {
	OrganID   string  `xml:"identifier"`
	Year      int     `xml:"fileCatalog"`
	Code      string  `xml:"fileNotation"`
	Title     string  `xml:"title"`
	Period    string  `xml:"maintenance"`
	Years     int     `xml:"maintenanceYears"`
	Rights    string  `xml:"rights"`
	Language  string  `xml:"language"`
	Start     string  `xml:"startDate"`
	End       string  `xml:"endDate"`
	Creator   string  `xml:"creator"`
	Keywords  string  `xml:"keyword"`
	Note      string  `xml:"description"`
	DocTotal  int     `xml:"totalDoc"`
	PageTotal int     `xml:"numberOfPage"`
	Extra     []Field `xml:"extra"`
}

type eadDoc struct {
	Code       string   `xml:"arcDocCode"`
	Ordinal    int      `xml:"docOrdinal"`
	DocumentID string   `xml:"docId"`
	Type       string   `xml:"typeName"`
	Number     string   `xml:"codeNumber"`
	Notation   string   `xml:"codeNotation"`
	CodeText   string   `xml:"codeText"`
	Date       string   `xml:"issuedDate"`
	Author     string   `xml:"organName"`
	Subject    string   `xml:"subject"`
	Language   string   `xml:"language"`
	Pages      int      `xml:"numberOfPage"`
	Note       string   `xml:"description"`
	Position   string   `xml:"position"`
	FullName   string   `xml:"fullName"`
	Medium     string   `xml:"format"`
	Files      []string `xml:"file"`
	Names      []string `xml:"fileName"`
}

type premis struct {
	XMLName xml.Name       `xml:"http://www.loc.gov/premis/v3 premis"`
	Version string         `xml:"version,attr"`
	Objects []premisObject `xml:"object"`
	Events  []premisEvent  `xml:"event"`
}

type premisObject struct {
	ID        string `xml:"objectIdentifier>objectIdentifierValue"`
	Algorithm string `xml:"objectCharacteristics>fixity>messageDigestAlgorithm"`
	Digest    string `xml:"objectCharacteristics>fixity>messageDigest"`
	Size      int64  `xml:"objectCharacteristics>size"`
	Format    string `xml:"objectCharacteristics>format>formatDesignation>formatName"`
	Original  string `xml:"originalName"`
}

type premisEvent struct {
	ID     string `xml:"eventIdentifier>eventIdentifierValue"`
	Type   string `xml:"eventType"`
	At     string `xml:"eventDateTime"`
	Detail string `xml:"eventDetailInformation>eventDetail"`
	Agent  string `xml:"linkingAgentIdentifier>linkingAgentIdentifierValue"`
}

// ExportSIP writes the submission package of a closed dossier for an archive (V15, V30, V33): a ZIP with METS, EAD, PREMIS and every file untouched. It gives the warnings about
// fields that had to be cut; identifiers are never cut.
func ExportSIP(ctx context.Context, desk *documents.Desk, a store.Actor, id int64, w io.Writer) ([]string, error) {
	d, items, err := exported(ctx, desk.DB, a, id)
	if err != nil {
		return nil, err
	}
	if d.ClosedAt == 0 {
		return nil, store.Refuse(store.Conflict, "Hồ sơ {code} chưa kết thúc nên chưa đóng gói được. Kết thúc hồ sơ rồi tải gói nộp lưu.", "code", d.Code)
	}
	story, err := steps(ctx, desk.DB, d.AgencyID, d.Ref())
	if err != nil {
		return nil, err
	}
	_, warn := d.xmlOf(items)
	described, err := marshal(d.ead(items, &warn))
	if err != nil {
		return nil, err
	}
	kept, err := marshal(d.premis(items, story))
	if err != nil {
		return nil, err
	}
	index, err := marshal(d.mets(desk.DB.Now(), items, described, kept))
	if err != nil {
		return nil, err
	}
	z, at := zip.NewWriter(w), desk.DB.Now().Time()
	for _, f := range []struct {
		name string
		data []byte
	}{{sipMETS, index}, {sipEAD, described}, {sipPREMIS, kept}} {
		if err := put(z, f.name, at, bytes.NewReader(f.data)); err != nil {
			return nil, err
		}
	}
	if err := putFiles(ctx, desk, z, d, items, sipData, at); err != nil {
		return nil, err
	}
	return warn, z.Close()
}

func (d *Dossier) ead(items []Item, warn *[]string) *ead {
	cut := func(name, s string) string { return field(name, s, &[]string{}).Text }
	if len(d.archiveCode()) > 100 {
		*warn = append(*warn, "arcFileCode: dài quá 100 ký tự, được giữ nguyên")
	}
	out := &ead{FileCode: d.archiveCode(), Dossier: eadMain{d.OrganCode, d.Year, d.Code, cut("Title", d.Title), d.Retention.Period, d.Years, d.RightsCode, d.Language, string(d.StartDate), string(d.EndDate), d.PersonName, d.Keywords, d.Note,
		d.DocTotal, d.PageTotal, d.Extra}}
	for _, i := range items {
		a := i.About
		doc := eadDoc{DocCode(d, i), i.Ordinal, a.DocumentID, i.TypeName, a.Number, a.Notation, i.Code, string(i.DocDate), i.Author, cut("Subject", i.Subject), a.Language, i.Pages, i.Note, a.SignerPosition, a.SignerName, a.Medium, nil, nil}
		for n, f := range a.Files {
			doc.Files, doc.Names = append(doc.Files, sipData+fileName(d, i, n)), append(doc.Names, f.Name)
		}
		out.Documents = append(out.Documents, doc)
	}
	return out
}

func (d *Dossier) premis(items []Item, story []Step) *premis {
	out := &premis{Version: "3.0"}
	for _, i := range items {
		for n, f := range i.About.Files {
			out.Objects = append(out.Objects, premisObject{sipData + fileName(d, i, n), "SHA-256", f.SHA, f.Size, f.Media, f.Name})
		}
	}
	for n, s := range story {
		out.Events = append(out.Events, premisEvent{fmt.Sprintf("event-%d", n+1), s.Act, isoTime(s.At), s.Note, orElse(s.Who, "congvu")})
	}
	return out
}

func (d *Dossier) mets(now store.Instant, items []Item, described, kept []byte) *mets {
	out := &mets{ObjID: d.archiveCode(), Type: "SIP", Label: d.Title, Div: metsDiv{Label: d.Code}}
	out.Header.Created = isoTime(now)
	out.Header.Agent.Role, out.Header.Agent.Type, out.Header.Agent.Name = "CREATOR", "ORGANIZATION", d.OrganCode
	add := func(name, media, sum string, size int64) {
		f := metsFile{ID: fmt.Sprintf("file-%d", len(out.Files)+1), MIME: media, Size: size, Sum: sum, SumKind: "SHA-256"}
		f.Location.Kind, f.Location.Href = "URL", name
		out.Files = append(out.Files, f)
		out.Div.Pointers = append(out.Div.Pointers, struct {
			FileID string `xml:"FILEID,attr"`
		}{f.ID})
	}
	add(sipEAD, "application/xml", sumOf(described), int64(len(described)))
	add(sipPREMIS, "application/xml", sumOf(kept), int64(len(kept)))
	for _, i := range items {
		for n, f := range i.About.Files {
			add(sipData+fileName(d, i, n), f.Media, f.SHA, f.Size)
		}
	}
	return out
}

func sumOf(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// Limits of a package that is read.
const (
	mostPackage = 2 << 30
	mostParts   = 5000
	mostXML     = 32 << 20
)

// Import opens a new dossier from a submission package of this or another system (V33): every file must be the one METS promises; data and files are taken over as they are.
func Import(ctx context.Context, desk *documents.Desk, a store.Actor, from io.ReaderAt, size int64) (*Dossier, error) {
	parts, about, err := readSIP(from, size)
	if err != nil {
		return nil, err
	}
	kept := map[string]documents.File{}
	for _, doc := range about.Documents {
		if len(doc.Files) != len(doc.Names) || len(doc.Files) == 0 {
			return nil, errPackage("EAD.xml")
		}
		for n, name := range doc.Files {
			part := parts[name]
			if part == nil {
				return nil, errPackage(name)
			}
			content, err := part.Open()
			if err != nil {
				return nil, errPackage(name)
			}
			f, err := keep(ctx, desk, a.Agency, path.Base(doc.Names[n]), content)
			content.Close()
			if err != nil {
				return nil, err
			}
			kept[name] = f
		}
	}
	var d *Dossier
	err = desk.DB.Write(ctx, a, func(tx *store.Tx) (err error) {
		m := about.Dossier
		period := Retention{m.Period, m.Years}
		d, err = OpenDossier(ctx, tx, OpenForm{Title: m.Title, Retention: period, Source: "Gói nộp lưu " + about.FileCode, Rights: m.Rights, Language: m.Language, Start: calendar.Date(m.Start), Keywords: m.Keywords, Note: m.Note, Extra: m.Extra})
		if err != nil {
			return err
		}
		for _, doc := range about.Documents {
			for n, name := range doc.Files {
				as := About{DocumentID: doc.DocumentID, Number: doc.Number, Notation: doc.Notation, Language: doc.Language, SignerPosition: doc.Position, SignerName: doc.FullName}
				pages := doc.Pages
				if n > 0 {
					pages = 0
				}
				form := FileForm{Title: doc.Subject, Medium: orElse(doc.Medium, "document"), Date: calendar.Date(doc.Date), Author: doc.Author, Pages: pages, Note: doc.Note}
				if err := form.set(kept[name]); err != nil {
					return err
				}
				if _, err := d.attach(ctx, tx, kept[name], form, &as); err != nil {
					return err
				}
			}
		}
		return tell(ctx, tx, d.AgencyID, d.Ref(), d.name(), told{verb: "dossier.imported", act: "import", what: store.Say("Nhập hồ sơ từ gói {package}.", "package", about.FileCode)})
	})
	return d, err
}

func errPackage(name string) error {
	return store.RefuseField("file", "Gói nộp lưu bị hỏng hoặc thiếu ở phần {part}. Không có gì được nhập; hãy tải lại gói từ nơi gửi.", "part", name)
}

// readSIP checks a package: its parts are those METS lists, each with its size and SHA-256; names stay inside.
func readSIP(from io.ReaderAt, size int64) (map[string]*zip.File, *ead, error) {
	if size > mostPackage {
		return nil, nil, errPackage("ZIP")
	}
	z, err := zip.NewReader(from, size)
	if err != nil || len(z.File) > mostParts {
		return nil, nil, store.Because(errPackage("ZIP"), err)
	}
	parts := map[string]*zip.File{}
	for _, f := range z.File {
		if parts[f.Name] != nil || path.Clean(f.Name) != f.Name || strings.HasPrefix(f.Name, "/") || strings.HasPrefix(f.Name, "..") || strings.Contains(f.Name, `\`) {
			return nil, nil, errPackage("ZIP")
		}
		parts[f.Name] = f
	}
	var index mets
	if err := decodePart(parts[sipMETS], &index); err != nil {
		return nil, nil, store.Because(errPackage(sipMETS), err)
	}
	listed, left := map[string]bool{sipMETS: true}, int64(mostPackage)
	for _, f := range index.Files {
		part := parts[f.Location.Href]
		if part == nil || f.SumKind != "SHA-256" || f.Size < 0 || f.Size > left {
			return nil, nil, errPackage(f.Location.Href)
		}
		left -= f.Size
		if err := matches(part, f); err != nil {
			return nil, nil, store.Because(errPackage(f.Location.Href), err)
		}
		listed[f.Location.Href] = true
	}
	for name := range parts {
		if !listed[name] {
			return nil, nil, errPackage(name)
		}
	}
	var about ead
	if err := decodePart(parts[sipEAD], &about); err != nil {
		return nil, nil, store.Because(errPackage(sipEAD), err)
	}
	return parts, &about, nil
}

func matches(part *zip.File, f metsFile) error {
	content, err := part.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(content, f.Size+1))
	if err == nil && (n != f.Size || hex.EncodeToString(h.Sum(nil)) != strings.ToLower(f.Sum)) {
		err = fmt.Errorf("%d bytes that are not those promised", n)
	}
	return err
}

func decodePart(part *zip.File, into any) error {
	if part == nil || part.UncompressedSize64 > mostXML {
		return fmt.Errorf("missing or too large")
	}
	content, err := part.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	data, err := io.ReadAll(io.LimitReader(content, mostXML+1)) // to its end: only there the archive's own check of the bytes stands
	if err != nil {
		return err
	}
	return xml.Unmarshal(data, into)
}
