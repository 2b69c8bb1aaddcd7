package documents

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// house is a small agency with its people, keys and files, and a second agency beside it.
type house struct {
	*Desk
	t         testing.TB
	clock     *storetest.Clock
	authority *keys.TestAuthority
	agency    org.AgencyID
	other     org.AgencyID // a receiver, with staff of its own
	unit      org.UnitID
	sister    org.UnitID

	head, deputy, unitHead, drafter, colleague, outsider, clerk, admin, archivist, foreigner, foreignClerk store.Actor
}

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, calendar.Hanoi)

var testAuthority = sync.OnceValues(func() (*keys.TestAuthority, error) {
	return keys.NewTestAuthority(keys.TestOptions{From: monday.AddDate(-1, 0, 0), Until: monday.AddDate(5, 0, 0), Seed: []byte("documents tests, nothing secret")})
})

var bg = context.Background()

func newHouse(t testing.TB) *house {
	t.Helper()
	clock := storetest.NewClock(monday)
	return newHouseOn(t, storetest.OpenAt(t, clock), clock)
}

func newHouseOn(t testing.TB, db *store.DB, clock *storetest.Clock) *house {
	t.Helper()
	h := &house{t: t, clock: clock}
	blobs, err := blob.OpenDisk(t.TempDir())
	must(t, err)
	ring, err := keys.Open(t.TempDir(), []byte("a secret of thirty-two bytes ..."))
	must(t, err)
	h.authority, err = testAuthority()
	must(t, err)
	dir := t.TempDir()
	must(t, h.authority.WriteTrust(dir))
	trust, err := keys.LoadTrust(dir)
	must(t, err)
	trust.AllowTest = true
	h.Desk = &Desk{DB: db, Blobs: blobs, Keys: ring, Trust: trust}
	h.people()
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused asserts the kind of a refusal.
func refused(t testing.TB, err error, kind store.Kind, what string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("%s: got %v, want %v", what, err, kind)
	}
}

func (h *house) people() {
	system := store.Actor{Via: store.ViaSystem}
	from := calendar.Date("2026-01-01")
	h.do(system, func(tx *store.Tx) error {
		a, err := org.OpenAgency(bg, tx, org.AgencyForm{Code: "H26.15", Name: "Ủy ban nhân dân xã Vĩnh Lĩnh", ShortName: "UBND xã Vĩnh Lĩnh", Abbr: "UBND", Level: "commune",
			Seat: "Vĩnh Lĩnh", Collective: true, CollectiveName: "ỦY BAN NHÂN DÂN", HeadTitle: "CHỦ TỊCH", Hosted: true, ValidFrom: from, Address: "Số 1 đường Trần Phú"})
		if err != nil {
			return err
		}
		b, err := org.OpenAgency(bg, tx, org.AgencyForm{Code: "H26.20", Name: "Sở Nội vụ", ShortName: "SNV", Abbr: "SNV", Level: "department", Seat: "Huế",
			HeadTitle: "GIÁM ĐỐC", Hosted: true, ValidFrom: from})
		if err != nil {
			return err
		}
		h.agency, h.other = a.ID, b.ID
		u, err := org.OpenUnit(bg, tx, org.UnitForm{AgencyID: a.ID, Name: "Phòng Văn hóa – Xã hội", Abbr: "VX", Kind: "phòng", ValidFrom: from})
		if err != nil {
			return err
		}
		s, err := org.OpenUnit(bg, tx, org.UnitForm{AgencyID: a.ID, Name: "Văn phòng", Abbr: "VP", Kind: "văn phòng", ValidFrom: from})
		h.unit, h.sister = u.ID, s.ID
		return err
	})
	h.head = h.appoint(h.agency, 0, "Nguyễn Văn Nghĩa", "Chủ tịch", org.RankHead, 0)
	h.deputy = h.appoint(h.agency, 0, "Trần Thị Bình", "Phó Chủ tịch", org.RankDeputy, 0)
	h.unitHead = h.appoint(h.agency, h.unit, "Lê Hồng Hạnh", "Trưởng phòng", org.RankUnitHead, store.UnitHead)
	h.drafter = h.appoint(h.agency, h.unit, "Phạm Quốc Việt", "Chuyên viên", org.RankStaff, store.Specialist)
	h.colleague = h.appoint(h.agency, h.sister, "Đỗ Minh Ánh", "Chánh Văn phòng", org.RankUnitHead, store.UnitHead)
	h.outsider = h.appoint(h.agency, h.sister, "Vũ Đình Khôi", "Chuyên viên", org.RankStaff, store.Specialist)
	h.clerk = h.appoint(h.agency, h.sister, "Hoàng Thị Ngọc", "Văn thư", org.RankStaff, store.Clerk)
	h.archivist = h.appoint(h.agency, h.sister, "Bùi Thị Lan", "Lưu trữ viên", org.RankStaff, store.Archivist)
	h.admin = h.appoint(h.agency, h.sister, "Ngô Gia Huy", "Quản trị", org.RankStaff, store.AgencyAdmin)
	h.foreigner = h.appoint(h.other, 0, "Đặng Hữu Phước", "Giám đốc", org.RankHead, 0)
	h.foreignClerk = h.appoint(h.other, 0, "Mai Thị Hoa", "Văn thư", org.RankStaff, store.Clerk)
	h.bind(h.head, "chairman", "Nguyễn Văn Nghĩa", "Chủ tịch")
	h.bind(h.deputy, "deputy", "Trần Thị Bình", "Phó Chủ tịch")
	id, err := h.authority.Agency("UBND xã Vĩnh Lĩnh", "H26.15", keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(3, 0, 0)})
	must(h.t, err)
	must(h.t, h.Keys.Put("seal", id.Key, id.Certificate, id.Chain))
	h.do(h.admin, func(tx *store.Tx) error {
		_, err := BindCertificate(bg, tx, CertificateForm{Owner: OwnerAgency, OwnerID: int64(h.agency), DER: id.Certificate.Raw, KeyName: "seal", Method: MethodServerKey})
		return err
	})
}

func (h *house) appoint(agency org.AgencyID, unit org.UnitID, name, title string, rank org.Rank, roles store.Roles) store.Actor {
	h.t.Helper()
	var a store.Actor
	h.do(store.Actor{Via: store.ViaSystem}, func(tx *store.Tx) error {
		p, err := org.Enrol(bg, tx, org.PersonForm{Name: name, HomeAgency: agency})
		if err != nil {
			return err
		}
		post, err := org.Appoint(bg, tx, org.HoldingForm{PersonID: p.ID, AgencyID: agency, UnitID: unit, Title: title, Rank: rank, Roles: roles, ValidFrom: "2026-01-01"})
		if err != nil {
			return err
		}
		a = store.Actor{Person: int64(p.ID), Holding: int64(post.ID), Agency: int64(agency), Unit: int64(unit), Roles: post.Roles, Via: store.ViaWeb}.Vouched()
		return nil
	})
	return a
}

// bind gives a person a key in the store and the administrator's approval of its certificate.
func (h *house) bind(a store.Actor, key, name, title string) {
	h.t.Helper()
	id, err := h.authority.Person(name, title, "UBND xã Vĩnh Lĩnh", keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(3, 0, 0)})
	must(h.t, err)
	must(h.t, h.Keys.Put(key, id.Key, id.Certificate, id.Chain))
	h.do(h.admin, func(tx *store.Tx) error {
		_, err := BindCertificate(bg, tx, CertificateForm{Owner: OwnerPerson, OwnerID: a.Person, DER: id.Certificate.Raw, KeyName: key, Method: MethodServerKey})
		return err
	})
}

func (h *house) do(a store.Actor, f func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.DB.Write(bg, a, f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) try(a store.Actor, f func(tx *store.Tx) error) error { return h.DB.Write(bg, a, f) }

// form is a complete letter, signed by the chairman for the committee.
func (h *house) form() DraftForm {
	return DraftForm{TypeCode: "CONG_VAN", Subject: "triển khai công tác văn thư năm 2026", Addressees: []string{"Sở Nội vụ"},
		Body:      "Thực hiện Nghị định số 30/2020/NĐ-CP, Ủy ban nhân dân xã báo cáo kết quả như sau:\n1. Đã lập hồ sơ điện tử.\nTrân trọng./.",
		Receivers: []ReceiverForm{{Agency: h.other, Role: ForAction}, {Unit: h.sister, Role: ForInformation}}, Signer: org.HoldingID(h.head.Holding), Capacity: "TM", KeptCopies: 1}
}

func (h *house) draft(f DraftForm) *Outgoing {
	h.t.Helper()
	var o *Outgoing
	h.do(h.drafter, func(tx *store.Tx) (err error) { o, err = Draft(bg, tx, f); return })
	return o
}

// at brings a new document to a state on the ordinary way.
func (h *house) at(s State) *Outgoing {
	h.t.Helper()
	o := h.draft(h.form())
	next := func(want State, f func() error) bool {
		h.t.Helper()
		if o.State == s && want != s {
			return false
		}
		must(h.t, f())
		var err error
		o, err = load(bg, h.DB, o.AgencyID, o.ID)
		must(h.t, err)
		if o.State != want {
			h.t.Fatalf("state %s, want %s", o.State, want)
		}
		return true
	}
	write := func(a store.Actor, f func(tx *store.Tx) error) func() error {
		return func() error { return h.try(a, f) }
	}
	_, err := Lay(bg, h.Desk, h.drafter, o.ID)
	must(h.t, err)
	o, err = load(bg, h.DB, o.AgencyID, o.ID)
	must(h.t, err)
	if s == Drafted {
		return o
	}
	if s == Cancelled {
		next(Cancelled, write(h.drafter, func(tx *store.Tx) error { return Cancel(bg, tx, o.ID, "không còn cần thiết nữa") }))
		return o
	}
	next(InReview, write(h.drafter, func(tx *store.Tx) error {
		return Submit(bg, tx, o.ID, org.HoldingID(h.unitHead.Holding), "Kính trình")
	}))
	if s == Returned {
		next(Returned, write(h.unitHead, func(tx *store.Tx) error { return Return(bg, tx, o.ID, "cần bổ sung số liệu") }))
	}
	steps := []struct {
		to State
		f  func() error
	}{
		{AwaitingSignature, write(h.unitHead, func(tx *store.Tx) error { return Approve(bg, tx, o.ID, "Đồng ý", 0) })},
		{Signed, func() error { _, err := Sign(bg, h.Desk, h.head, o.ID, "TM", true); return err }},
		{Numbered, write(h.clerk, func(tx *store.Tx) error { _, err := Number(bg, tx, o.ID, NumberForm{}); return err })},
		{Sealed, func() error { _, err := Seal(bg, h.Desk, h.clerk, o.ID); return err }},
		{Issued, write(h.clerk, func(tx *store.Tx) error { _, err := Issue(bg, tx, o.ID); return err })},
	}
	for _, x := range steps {
		if o.State == s || !next(x.to, x.f) {
			break
		}
	}
	if o.State != s {
		h.t.Fatalf("state %s, want %s", o.State, s)
	}
	return o
}

func (h *house) again(o *Outgoing) *Outgoing {
	h.t.Helper()
	o, err := load(bg, h.DB, o.AgencyID, o.ID)
	must(h.t, err)
	return o
}

// mainBytes reads the main file of a document.
func (h *house) mainBytes(o *Outgoing) []byte {
	h.t.Helper()
	f, err := o.mainFile(bg, h.DB)
	must(h.t, err)
	b, err := blob.ReadAll(bg, h.Blobs, f.SHA, f.Size)
	must(h.t, err)
	return b
}

func reader(b []byte) *bytes.Reader { return bytes.NewReader(b) }

func name(a store.Actor, h *house) string {
	for n, x := range map[string]store.Actor{"head": h.head, "deputy": h.deputy, "unit head": h.unitHead, "drafter": h.drafter, "colleague": h.colleague,
		"outsider": h.outsider, "clerk": h.clerk, "admin": h.admin, "archivist": h.archivist, "foreigner": h.foreigner, "foreign clerk": h.foreignClerk} {
		if x.Holding == a.Holding {
			return n
		}
	}
	return fmt.Sprint(a)
}

func holding(a store.Actor) org.HoldingID { return org.HoldingID(a.Holding) }

func errorsIs(err error, kinds ...store.Kind) bool {
	for _, k := range kinds {
		if errors.Is(err, k) {
			return true
		}
	}
	return false
}
