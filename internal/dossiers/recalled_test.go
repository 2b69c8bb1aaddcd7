package dossiers

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"congvu/internal/documents"
	"congvu/internal/search"
	"congvu/internal/store"
)

// recalled lets the sender take a document back, and the registry agree.
func (h *house) recalled(d *documents.Incoming) error {
	h.t.Helper()
	h.write(store.System(h.agency), func(tx *store.Tx) error {
		_, err := documents.Ask(bg, tx, documents.Asking{Agency: h.agency, Kind: documents.RecallWhole, Packet: fmt.Sprintf("axis:ask%d", d.ID), SenderCode: d.SenderCode, SenderCodes: []string{d.SenderCode}, SenderName: d.SenderName,
			Targets: []string{d.DocumentID}, Number: d.Number, Notation: d.Notation, IssuedDate: d.IssuedDate, Reason: "Văn bản gửi nhầm nơi nhận", By: "Trần Thị B"})
		return err
	})
	return h.by("clerk", func(tx *store.Tx) error { return documents.AgreeRequest(bg, tx, d.ID, 0) })
}

// A recalled document leaves nothing readable in any dossier: not where it stands, not where it was taken out again, not in a closed or deposited one, not in the
// history, the index, the exports. Number, sender and the trail of the recall stay.
// V52: content gone everywhere, in dossiers too.
// V53: the trail of a recall stands in the history of each dossier that held the document.
// N4: the copies of a recalled document in dossiers go with it.
func TestRecalledDocumentIsGoneFromEveryDossier(t *testing.T) {
	h := newHouse(t)
	x := h.index()
	gone, stays := h.arrived("2026-02-20"), h.arrived("2026-02-10")
	open, out, closed := h.open("clerk", OpenForm{}), h.open("clerk", OpenForm{}), h.open("clerk", OpenForm{})
	for _, d := range []*Dossier{open, out, closed} {
		h.must(h.by("clerk", func(tx *store.Tx) error { _, err := Add(bg, tx, d.ID, gone.Ref(), "Ghi chú kín"); return err }))
		h.add("clerk", d.ID, stays.Ref())
	}
	items, err := Items(bg, h.db, h.people["clerk"], out.ID)
	h.must(err)
	h.must(h.by("clerk", func(tx *store.Tx) error { return Remove(bg, tx, out.ID, items[0].ID, "Không thuộc hồ sơ này") }))
	h.must(h.by("clerk", func(tx *store.Tx) error { return Close(bg, tx, closed.ID, CloseForm{Accept: true}) }))
	h.drain(x)
	words := []string{gone.Subject, "Ghi chú kín", "Lê Văn A", "cong-van-1.pdf"}
	if found, _ := h.finds("clerk", search.Query{Words: "ghi chu kin"}); len(found) != 2 {
		t.Fatalf("before the recall: %v", found)
	}

	// A frozen dossier keeps what stands in it: the recall waits (V60).
	h.must(h.by("head", func(tx *store.Tx) error { return Freeze(bg, tx, open.ID, "Yêu cầu của cơ quan thanh tra") }))
	h.refused(store.Conflict, h.recalled(gone))
	if now := h.items("clerk", open.ID); now[0].Subject != gone.Subject {
		t.Fatalf("the refused recall changed %+v", now[0])
	}
	h.must(h.by("head", func(tx *store.Tx) error { return Unfreeze(bg, tx, open.ID, "Thanh tra đã kết thúc") }))
	h.must(h.by("clerk", func(tx *store.Tx) error { return documents.AgreeRequest(bg, tx, gone.ID, 0) }))
	h.drain(x)

	for _, d := range []*Dossier{open, out, closed} {
		rows, err := store.All[itemRow](bg, h.db, sqlItemsOfRef, h.agency, gone.Ref())
		h.must(err)
		for _, row := range rows {
			lacks(t, "the row", fmt.Sprintf("%+v", row), words)
			if row.Code != gone.Code() || row.Author != gone.SenderName || !strings.Contains(string(row.FieldsJSON), gone.DocumentID) {
				t.Errorf("the record is not kept: %+v", row)
			}
		}
		steps, err := History(bg, h.db, h.people["clerk"], d.ID)
		h.must(err)
		if last := steps[len(steps)-1]; last.Act != "emptied" {
			t.Errorf("the history ends with %+v", last)
		}
		lacks(t, "the history", fmt.Sprintf("%+v", steps), words[:1])
		xml, _, err := ExportXML(bg, h.db, h.people["clerk"], d.ID)
		h.must(err)
		lacks(t, "the export", string(xml), []string{gone.Subject, "Ghi chú kín", "cong-van-1.pdf"})
		pdf, err := PrintContents(bg, h.db, h.people["clerk"], d.ID)
		h.must(err)
		lacks(t, "the list", textOf(t, pdf), words)
	}
	var zip bytes.Buffer
	h.must(ExportZip(bg, h.desk, h.people["clerk"], closed.ID, &zip))
	lacks(t, "the package", zip.String(), []string{"cong-van-1.pdf"})
	_, content, err := OpenFile(bg, h.desk, h.people["clerk"], closed.ID, h.items("clerk", closed.ID)[1].ID, 0)
	if err == nil {
		b, _ := io.ReadAll(content)
		content.Close()
		t.Errorf("a file of %d bytes is still opened", len(b))
	}
	if found, _ := h.finds("clerk", search.Query{Words: "ghi chu kin"}); len(found) > 0 {
		t.Errorf("still found: %v", found)
	}
	if d := h.find("clerk", closed.ID); d.PageTotal != 1 || d.DocTotal != 2 || d.State != Closed {
		t.Errorf("%+v", d)
	}
	h.agree(x)
}

func (h *house) items(who string, id int64) []Item {
	h.t.Helper()
	items, err := Items(bg, h.db, h.people[who], id)
	h.must(err)
	return items
}

func lacks(t *testing.T, what, text string, words []string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(text, w) {
			t.Errorf("%s still says %q", what, w)
		}
	}
}
