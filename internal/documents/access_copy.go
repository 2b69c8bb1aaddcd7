package documents

import (
	"context"
	"path"
	"strings"

	"congvu/internal/blob"
	"congvu/internal/i18n"
	"congvu/internal/paper"
	"congvu/internal/store"
)

func viText(text string, args map[string]any) string { return i18n.T(i18n.VI, text, args) }

// mostMarked bounds a file that is marked in memory, bytes.
const mostMarked = 60 << 20

var sqlMarkOf = store.SQL(`SELECT p.name AS who, h.title AS post, a.name AS agency FROM org_holdings h JOIN org_people p ON p.id = h.person_id JOIN org_agencies a ON a.id = h.agency_id
	WHERE h.agency_id = $1 AND h.id = $2`)

// MarkLine says who takes something from the system and when: name, post, agency, time (V44).
func MarkLine(ctx context.Context, r store.Reader, a store.Actor) (string, error) {
	m, _, err := store.Maybe[struct{ Who, Post, Agency string }](ctx, r, sqlMarkOf, a.Agency, a.Holding)
	return "In từ hệ thống bởi " + m.Who + " – " + m.Post + " – " + m.Agency + ", lúc " + minuteText(instantOf(r)), err
}

// MarkedCopy makes a PDF copy of a file with the mark of who takes it in the foot margin of every page (V44), for those who may see the file. It is a
// derived copy without signatures, named as one; the signed original is untouched and is what OpenFile gives. Invalid for files that are no PDF.
func MarkedCopy(ctx context.Context, d *Desk, a store.Actor, id int64) (name string, copied []byte, ref string, err error) {
	f, content, err := OpenFile(ctx, d, a, id)
	if err != nil {
		return "", nil, "", err
	}
	content.Close()
	if f.Media != filePDF {
		return "", nil, "", store.RefuseField("file", "Chỉ tệp PDF có bản in đánh dấu. Tệp {name} tải về ở dạng gốc.", "name", f.Name)
	}
	if f.Size > mostMarked {
		return "", nil, "", store.RefuseField("file", "Tệp {name} quá lớn để tạo bản in đánh dấu. Tệp gốc vẫn tải về được.", "name", f.Name)
	}
	b, err := blob.ReadAll(ctx, d.Blobs, f.SHA, f.Size)
	if err != nil {
		return "", nil, "", err
	}
	line, err := MarkLine(ctx, d.DB, a)
	if err != nil {
		return "", nil, "", err
	}
	if copied, err = paper.Mark(b, line+" – bản in không có giá trị ký số"); err != nil {
		return "", nil, "", store.Because(store.RefuseField("file", "Không tạo được bản in đánh dấu của tệp {name}. Tệp gốc vẫn tải về được.", "name", f.Name), err)
	}
	return strings.TrimSuffix(f.Name, path.Ext(f.Name)) + ".ban-in.pdf", copied, f.Ref, nil
}

// Marked puts the mark of who takes it on a PDF that was made just now.
func Marked(ctx context.Context, r store.Reader, a store.Actor, made []byte) ([]byte, error) {
	line, err := MarkLine(ctx, r, a)
	if err != nil {
		return nil, err
	}
	return paper.Mark(made, line)
}
