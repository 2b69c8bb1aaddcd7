package dossiers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// mediaOf lists what a dossier holds beside what a document may carry (D14.4).
var mediaOf = map[string]string{".mp3": "audio/mpeg", ".wav": "audio/wav", ".m4a": "audio/mp4", ".mp4": "video/mp4", ".mov": "video/quicktime", ".avi": "video/x-msvideo", ".webp": "image/webp"}

// Mediums are what a file of a dossier can be.
var Mediums = []struct{ Code, Label string }{{"document", "Văn bản, tài liệu"}, {"photo", "Ảnh"}, {"sound", "Ghi âm"}, {"film", "Phim, ghi hình"}, {"scan", "Bản số hóa"}}

// FileForm describes a photo, a recording, a scan or another paper that is no registered document.
type FileForm struct {
	Title  string
	Medium string // of Mediums; "" = document
	Date   calendar.Date
	Author string
	Pages  int // of a scan without pages of its own
	Note   string
}

const mostFiles = 200

var (
	sqlPutFile     = store.SQL(`INSERT INTO dossiers_files (agency_id, id, dossier_id, name, size, sha, media, pages) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	sqlCountFiles  = store.SQL(`SELECT CAST(count(*) AS BIGINT) AS n FROM dossiers_files WHERE agency_id = $1 AND dossier_id = $2`)
	sqlForgetFiles = store.SQL(`DELETE FROM dossiers_files WHERE agency_id = $1 AND dossier_id = $2`)
	sqlInUse       = store.SQL(`SELECT sha FROM dossiers_files WHERE sha IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`)
)

// Attach keeps a file and puts it into an open dossier as an item of its own, with its describing data.
func Attach(ctx context.Context, desk *documents.Desk, a store.Actor, dossier int64, name string, from io.Reader, f FileForm) (int, error) {
	d, err := FindDossier(ctx, desk.DB, a, dossier)
	if err != nil {
		return 0, err
	}
	if !d.may(a, byWorker) {
		return 0, store.Refuse(store.Forbidden, "Ông/Bà không có quyền thực hiện việc này với hồ sơ {code}.", "code", d.Code)
	}
	kept, err := keep(ctx, desk, a.Agency, name, from)
	if err != nil {
		return 0, err
	}
	if err := f.set(kept); err != nil {
		return 0, err
	}
	ordinal := 0
	err = desk.DB.Write(ctx, a, func(tx *store.Tx) error {
		d, err := begin(ctx, tx, dossier, ActAdd)
		if err != nil {
			return err
		}
		ordinal, err = d.attach(ctx, tx, kept, f, nil)
		return err
	})
	return ordinal, err
}

// attach writes the file's row and its item; about, when given, is the data of an imported document.
func (d *Dossier) attach(ctx context.Context, tx *store.Tx, kept documents.File, f FileForm, about *About) (int, error) {
	n, err := store.One[int64](ctx, tx, sqlCountFiles, d.AgencyID, d.ID)
	if err != nil {
		return 0, err
	}
	if n >= mostFiles && about == nil {
		return 0, store.Refuse(store.Conflict, "Hồ sơ {code} đã có {limit} tệp riêng, số nhiều nhất của một hồ sơ.", "code", d.Code, "limit", mostFiles)
	}
	id := tx.NewID()
	if err := tx.Put(ctx, sqlPutFile, d.AgencyID, id, d.ID, kept.Name, kept.Size, kept.SHA, kept.Media, kept.Pages); err != nil {
		return 0, err
	}
	i := &Item{Ref: "file/" + strconv.FormatInt(id, 10), Kind: "file", DocumentID: id, DocDate: f.Date, TypeName: mediumLabel(f.Medium), Subject: f.Title, Author: f.Author, Pages: f.Pages, Note: f.Note}
	if about != nil {
		i.About = *about
	}
	i.About.Direction, i.About.Medium = "file", f.Medium
	i.About.Files = []FileMark{{id, kept.Name, kept.Size, kept.SHA, kept.Media, kept.Pages, true, kept.Verdict}}
	return d.put(ctx, tx, i)
}

func mediumLabel(code string) string {
	for _, m := range Mediums {
		if m.Code == code {
			return m.Label
		}
	}
	return ""
}

func (f *FileForm) set(kept documents.File) error {
	f.Title, f.Author, f.Note, f.Medium = orElse(i18n.CleanLine(f.Title), kept.Name), i18n.CleanLine(f.Author), i18n.CleanLine(f.Note), orElse(f.Medium, "document")
	if f.Pages == 0 {
		f.Pages = kept.Pages
	}
	var p store.Problems
	tooLong(&p, "title", f.Title, 1000)
	tooLong(&p, "author", f.Author, 500)
	tooLong(&p, "note", f.Note, 500)
	if mediumLabel(f.Medium) == "" {
		p.Add("medium", "Chọn loại tài liệu.")
	}
	if f.Pages < 0 || f.Pages > 9999 {
		p.Add("pages", "Số trang phải từ 0 đến 9999.")
	}
	return p.Err()
}

// keep puts bytes into the blob store: what a document may carry by its rules, sound and film by the same limits.
func keep(ctx context.Context, desk *documents.Desk, agency int64, name string, from io.Reader) (documents.File, error) {
	name = path.Base(strings.ReplaceAll(i18n.CleanLine(name), `\`, "/"))
	media := mediaOf[strings.ToLower(path.Ext(name))]
	if media == "" {
		return documents.KeepFile(ctx, desk, agency, name, from)
	}
	f := documents.File{AgencyID: agency, Name: name, Media: media}
	limit, err := documents.FileLimit(ctx, desk.DB, agency)
	if err != nil {
		return f, err
	}
	ref, err := desk.Blobs.Put(ctx, from, limit)
	if errors.Is(err, blob.TooLarge) {
		return f, store.Because(store.RefuseField("file", "Tệp {name} lớn hơn {limit} MB cho phép. Nội dung đã có được giữ nguyên; hãy giảm dung lượng hoặc chia tệp.", "name", name, "limit", max(1, limit>>20)), err)
	}
	if err != nil {
		return f, RefuseSheet(err)
	}
	if f.SHA, f.Size = ref.SHA, ref.Size; f.Size == 0 {
		return f, store.RefuseField("file", "Tệp {name} trống (0 byte). Nội dung đã có được giữ nguyên; hãy chọn lại tệp.", "name", name)
	}
	return f, nil
}

// OpenFile gives the bytes of the n-th file (from 0) of a document in a dossier to those who open the dossier, for the whole period (V32). Nothing of a recalled document.
func OpenFile(ctx context.Context, desk *documents.Desk, a store.Actor, dossier, item int64, n int) (FileMark, io.ReadSeekCloser, error) {
	items, err := Items(ctx, desk.DB, a, dossier)
	if err != nil {
		return FileMark{}, nil, err
	}
	for _, i := range items {
		if i.ID != item || n < 0 || n >= len(i.About.Files) {
			continue
		}
		f := i.About.Files[n]
		b, err := desk.Blobs.Open(ctx, f.SHA)
		if errors.Is(err, blob.NotFound) {
			return f, nil, store.Because(store.Refuse(store.NotFound, "Tệp {name} không còn trong kho.", "name", f.Name), err)
		}
		if err != nil {
			return f, nil, fmt.Errorf("open file of dossier %d: %w", dossier, err)
		}
		return f, b, nil
	}
	return FileMark{}, nil, store.Refuse(store.NotFound, "Không tìm thấy tệp này trong hồ sơ.")
}

// BlobsInUse answers blob.Sweep: which of the addresses dossiers still need.
func BlobsInUse(ctx context.Context, r store.Reader, shas []string) (map[string]bool, error) {
	found, err := store.All[string](ctx, r, sqlInUse, store.JSONOf(shas))
	used := make(map[string]bool, len(found))
	for _, sha := range found {
		used[sha] = true
	}
	return used, err
}
