package documents

import (
	"bytes"
	"testing"

	"congvu/internal/store"
)

// A comment stands on a place of a page of a version, is answered and resolved, stays when the next version comes, and is never in the file (D8.12).
// V28: screen /outgoing/{id}/comments; api GET /outgoing/{id}/comments; command remote comments
func TestCommentsStandOnPagesNotInFiles(t *testing.T) {
	h := newHouse(t)
	o := h.at(InReview)
	before := h.mainBytes(o)
	add := func(a store.Actor, f CommentForm) (id int64, err error) {
		err = h.try(a, func(tx *store.Tx) (err error) { id, err = AddComment(bg, tx, o.ID, f); return err })
		return id, err
	}
	_, err := add(h.unitHead, CommentForm{Page: 9, Words: "sai"})
	refused(t, err, store.Invalid, "no such page")
	_, err = add(h.unitHead, CommentForm{Page: 1, X: -1, Words: "sai"})
	refused(t, err, store.Invalid, "off the page")
	_, err = add(h.unitHead, CommentForm{Page: 1})
	refused(t, err, store.Invalid, "no words")
	_, err = add(h.foreigner, CommentForm{Page: 1, Words: "lạ"})
	refused(t, err, store.NotFound, "another agency")
	id, err := add(h.unitHead, CommentForm{Page: 1, X: 30, Y: 120, W: 100, H: 10, Words: "số liệu này chưa khớp"})
	must(t, err)
	_, err = add(h.drafter, CommentForm{Parent: id, Words: "số liệu theo báo cáo quý"})
	must(t, err)
	h.do(h.unitHead, func(tx *store.Tx) error { _, err := Revise(bg, tx, o.ID, h.form()); return err })
	_, err = Lay(bg, h.Desk, h.unitHead, o.ID)
	must(t, err)
	all, err := Comments(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if len(all) != 2 || !all[0].Earlier || all[1].ParentID != id {
		t.Fatalf("%+v", all)
	}
	n, err := ReviewCounts(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if n.Comments != 1 {
		t.Errorf("%+v", n)
	}
	resolve := func(a store.Actor, words string) error {
		return h.try(a, func(tx *store.Tx) error { return ResolveComment(bg, tx, o.ID, id, words) })
	}
	refused(t, resolve(h.clerk, "đã sửa"), store.Forbidden, "neither drafter nor reviewer")
	refused(t, resolve(h.drafter, ""), store.Invalid, "no answer")
	must(t, resolve(h.drafter, "đã sửa theo góp ý"))
	refused(t, resolve(h.drafter, "lần hai"), store.Conflict, "twice")
	pdf, err := CommentList(bg, h.DB, h.drafter, o.ID)
	must(t, err)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || bytes.Contains(before, []byte("khớp")) {
		t.Error("printed list, or the comment is in the file")
	}
}
