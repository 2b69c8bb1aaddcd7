package dossiers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

var bg = context.Background()

// house is an agency with a registry, an archivist, two units and a foreign agency beside it.
type house struct {
	t      testing.TB
	db     *store.DB
	desk   *documents.Desk
	clock  *storetest.Clock
	agency int64
	unit   int64
	people map[string]store.Actor
	letter int
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, clock: storetest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, calendar.Hanoi)), people: map[string]store.Actor{}}
	h.db = storetest.OpenAt(t, h.clock)
	blobs, err := blob.OpenDisk(t.TempDir())
	h.must(err)
	ring, err := keys.Open(t.TempDir(), []byte("a secret of thirty-two bytes ..."))
	h.must(err)
	h.desk = &documents.Desk{DB: h.db, Blobs: blobs, Keys: ring, Trust: &keys.Trust{}}
	h.write(store.System(0), func(tx *store.Tx) error {
		a, err := org.OpenAgency(bg, tx, org.AgencyForm{Code: "H26.1", Name: "Sở Nội vụ", Abbr: "SNV", Seat: "Hà Nội", Level: org.Department, Hosted: true, ValidFrom: "2025-07-01"})
		if err != nil {
			return err
		}
		b, err := org.OpenAgency(bg, tx, org.AgencyForm{Code: "H26.2", Name: "Ủy ban nhân dân phường Ba Đình", Abbr: "UBND", Level: org.Commune, Hosted: true, ValidFrom: "2025-07-01"})
		if err != nil {
			return err
		}
		x, err := org.OpenUnit(bg, tx, org.UnitForm{AgencyID: a.ID, Name: "Phòng Tổ chức cán bộ", Abbr: "TCCB", Kind: "phòng", ValidFrom: "2025-07-01"})
		if err != nil {
			return err
		}
		y, err := org.OpenUnit(bg, tx, org.UnitForm{AgencyID: a.ID, Name: "Văn phòng", Abbr: "VP", Kind: "văn phòng", ValidFrom: "2025-07-01"})
		if err != nil {
			return err
		}
		h.agency, h.unit = int64(a.ID), int64(x.ID)
		for _, p := range []struct {
			name   string
			agency org.AgencyID
			unit   org.UnitID
			rank   org.Rank
			roles  store.Roles
		}{{"clerk", a.ID, y.ID, org.RankStaff, store.Clerk}, {"archivist", a.ID, y.ID, org.RankStaff, store.Archivist}, {"head", a.ID, 0, org.RankHead, 0}, {"unit_head", a.ID, x.ID, org.RankUnitHead, store.UnitHead},
			{"keeper", a.ID, x.ID, org.RankStaff, store.Specialist}, {"colleague", a.ID, y.ID, org.RankStaff, store.Specialist}, {"foreign", b.ID, 0, org.RankHead, store.Archivist}} {
			person, err := org.Enrol(bg, tx, org.PersonForm{Name: "Người " + p.name, HomeAgency: p.agency})
			if err != nil {
				return err
			}
			post, err := org.Appoint(bg, tx, org.HoldingForm{PersonID: person.ID, AgencyID: p.agency, UnitID: p.unit, Title: "Chức vụ " + p.name, Rank: p.rank, Roles: p.roles, ValidFrom: "2025-07-01"})
			if err != nil {
				return err
			}
			h.people[p.name] = store.Actor{Person: int64(person.ID), Holding: int64(post.ID), Agency: int64(p.agency), Unit: int64(p.unit), Roles: post.Roles, Via: store.ViaWeb}.Vouched()
		}
		return nil
	})
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) write(a store.Actor, f func(tx *store.Tx) error) {
	h.t.Helper()
	h.must(h.db.Write(bg, a, f))
}

// by runs an act of a named person and gives its error.
func (h *house) by(who string, f func(tx *store.Tx) error) error {
	h.t.Helper()
	a, ok := h.people[who]
	if !ok {
		h.t.Fatalf("nobody is %q", who)
	}
	return h.db.Write(bg, a, f)
}

func (h *house) refused(kind store.Kind, err error) {
	h.t.Helper()
	if !errors.Is(err, kind) {
		h.t.Fatalf("want %v, got %v", kind, err)
	}
}

func (h *house) later(days int) { h.clock.Step(time.Duration(days) * 24 * time.Hour) }

// page is a real PDF of one page that says something of its own.
func (h *house) page(says string) []byte {
	h.t.Helper()
	res, err := paper.Schedule{Title: says, Made: h.clock.Now()}.Render()
	h.must(err)
	return res.PDF
}

// arrived is a received document with a real file; the registry sees it, as does the head once it is submitted.
func (h *house) arrived(date calendar.Date) *documents.Incoming {
	h.t.Helper()
	h.letter++
	f, err := documents.KeepFile(bg, h.desk, h.agency, fmt.Sprintf("cong-van-%d.pdf", h.letter), bytes.NewReader(h.page(fmt.Sprintf("CÔNG VĂN SỐ %d", h.letter))))
	h.must(err)
	f.Main = true
	var d *documents.Incoming
	h.write(store.System(h.agency), func(tx *store.Tx) (err error) {
		d, _, err = documents.Arrive(bg, tx, documents.Arrival{Agency: h.agency, Packet: fmt.Sprintf("axis:%d", h.letter), SenderCode: "H26.9", SenderName: "Sở Tài chính", DocumentID: fmt.Sprintf("H26.9,%s,%d/STC-NS", date, h.letter),
			Number: fmt.Sprint(h.letter), Notation: "STC-NS", IssuedDate: date, TypeName: "công văn", Subject: fmt.Sprintf("Đề nghị góp ý dự toán lần %d", h.letter), SignerName: "Lê Văn A", SignerPosition: "Giám đốc", Files: []documents.File{f}})
		return err
	})
	return d
}

func (h *house) open(who string, f OpenForm) *Dossier {
	h.t.Helper()
	if f.Title == "" {
		f.Title = "Hồ sơ góp ý dự toán ngân sách"
	}
	if f.Retention.Period == "" {
		f.Retention.Period = "05"
	}
	var d *Dossier
	h.must(h.by(who, func(tx *store.Tx) (err error) { d, err = OpenDossier(bg, tx, f); return }))
	return d
}

func (h *house) add(who string, dossier int64, ref string) int {
	h.t.Helper()
	var n int
	h.must(h.by(who, func(tx *store.Tx) (err error) { n, err = Add(bg, tx, dossier, ref, ""); return }))
	return n
}

func (h *house) find(who string, id int64) *Dossier {
	h.t.Helper()
	d, err := FindDossier(bg, h.db, h.people[who], id)
	h.must(err)
	return d
}

// closed is a dossier of the clerk with two documents.
func (h *house) closed(f OpenForm) *Dossier {
	h.t.Helper()
	d := h.open("clerk", f)
	h.add("clerk", d.ID, h.arrived("2026-02-20").Ref())
	h.add("clerk", d.ID, h.arrived("2026-02-10").Ref())
	h.must(h.by("clerk", func(tx *store.Tx) error {
		return Close(bg, tx, d.ID, CloseForm{Accept: true, Note: "Đủ văn bản"})
	}))
	return h.find("clerk", d.ID)
}
