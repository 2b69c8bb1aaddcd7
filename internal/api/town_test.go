package api_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/api"
	"congvu/internal/auth"
	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/client"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/search"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

var (
	bg     = context.Background()
	monday = time.Date(2026, 11, 23, 9, 0, 0, 0, calendar.Hanoi)
)

var testAuthority = sync.OnceValues(func() (*keys.TestAuthority, error) {
	return keys.NewTestAuthority(keys.TestOptions{From: monday.AddDate(-1, 0, 0), Until: monday.AddDate(5, 0, 0), Seed: []byte("api tests, nothing secret")})
})

// town is two agencies behind one door; everybody has an API token.
type town struct {
	t         *testing.T
	db        *store.DB
	desk      *documents.Desk
	server    *httptest.Server
	authority *keys.TestAuthority

	commune, department org.AgencyID
	unit                org.UnitID
	people              map[string]store.Actor
	tokens              map[string]string
}

const password = "một câu rất dài chỉ để thử"

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{t: t, people: map[string]store.Actor{}, tokens: map[string]string{}}
	w.db = storetest.OpenAt(t, storetest.NewClock(monday))
	blobs, err := blob.OpenDisk(t.TempDir())
	must(t, err)
	ring, err := keys.Open(t.TempDir(), []byte("a secret of thirty-two bytes ..."))
	must(t, err)
	w.authority, err = testAuthority()
	must(t, err)
	dir := t.TempDir()
	must(t, w.authority.WriteTrust(dir))
	trust, err := keys.LoadTrust(dir)
	must(t, err)
	trust.AllowTest = true
	w.desk = &documents.Desk{DB: w.db, Blobs: blobs, Keys: ring, Trust: trust}
	w.settle()
	index := search.New(w.db)
	index.Register("incoming", search.From(documents.EntryOf), search.Walk(documents.IncomingPlaces))
	index.Register("outgoing", search.From(documents.EntryOf), search.Walk(documents.OutgoingPlaces))
	w.server = httptest.NewServer(api.New(api.Config{DB: w.db, Index: index, Desk: w.desk, InFlight: 4, TestCertificates: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Exchange: &exchange.Office{DB: w.db, Blobs: blobs, Keys: ring, Trust: trust}}))
	t.Cleanup(w.server.Close)
	return w
}

func (w *town) settle() {
	from := calendar.Date("2026-01-01")
	w.act(store.System(0), func(tx *store.Tx) error {
		a, err := org.OpenAgency(bg, tx, org.AgencyForm{Code: "H26.15", Name: "Ủy ban nhân dân xã Vĩnh Lĩnh", ShortName: "UBND xã Vĩnh Lĩnh", Abbr: "UBND", Level: org.Commune,
			Seat: "Vĩnh Lĩnh", Collective: true, CollectiveName: "ỦY BAN NHÂN DÂN", HeadTitle: "CHỦ TỊCH", Hosted: true, ValidFrom: from, Address: "Số 1 đường Trần Phú"})
		if err != nil {
			return err
		}
		b, err := org.OpenAgency(bg, tx, org.AgencyForm{Code: "H26.20", Name: "Sở Nội vụ", Abbr: "SNV", Level: org.Department, Seat: "Huế", HeadTitle: "GIÁM ĐỐC", Hosted: true, ValidFrom: from})
		if err != nil {
			return err
		}
		u, err := org.OpenUnit(bg, tx, org.UnitForm{AgencyID: a.ID, Name: "Phòng Văn hóa – Xã hội", Abbr: "VX", Kind: "phòng", ValidFrom: from})
		w.commune, w.department, w.unit = a.ID, b.ID, u.ID
		return err
	})
	w.appoint("head", w.commune, 0, "Nguyễn Văn Nghĩa", "Chủ tịch", org.RankHead, 0)
	w.appoint("unit_head", w.commune, w.unit, "Lê Hồng Hạnh", "Trưởng phòng", org.RankUnitHead, store.UnitHead)
	w.appoint("drafter", w.commune, w.unit, "Phạm Quốc Việt", "Chuyên viên", org.RankStaff, store.Specialist)
	w.appoint("clerk", w.commune, 0, "Hoàng Thị Ngọc", "Văn thư", org.RankStaff, store.Clerk)
	w.appoint("admin", w.commune, 0, "Ngô Gia Huy", "Quản trị", org.RankStaff, store.AgencyAdmin)
	w.appoint("foreign_head", w.department, 0, "Đặng Hữu Phước", "Giám đốc", org.RankHead, 0)
	w.appoint("foreign_clerk", w.department, 0, "Mai Thị Hoa", "Văn thư", org.RankStaff, store.Clerk)
	period := keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(3, 0, 0)}
	id, err := w.authority.Person("Nguyễn Văn Nghĩa", "Chủ tịch", "UBND xã Vĩnh Lĩnh", period)
	must(w.t, err)
	w.bind("chairman", documents.OwnerPerson, w.people["head"].Person, id)
	id, err = w.authority.Agency("UBND xã Vĩnh Lĩnh", "H26.15", period)
	must(w.t, err)
	w.bind("seal", documents.OwnerAgency, int64(w.commune), id)
}

func (w *town) bind(name, kind string, owner int64, id *keys.Identity) {
	w.t.Helper()
	must(w.t, w.desk.Keys.Put(name, id.Key, id.Certificate, id.Chain))
	w.act(w.people["admin"], func(tx *store.Tx) error {
		_, err := documents.BindCertificate(bg, tx, documents.CertificateForm{Owner: kind, OwnerID: owner, DER: id.Certificate.Raw, KeyName: name, Method: documents.MethodServerKey})
		return err
	})
}

func (w *town) appoint(who string, agency org.AgencyID, unit org.UnitID, name, title string, rank org.Rank, roles store.Roles) {
	w.t.Helper()
	hash, err := cheapHash()
	must(w.t, err)
	w.act(store.Actor{Via: store.ViaSystem}, func(tx *store.Tx) error {
		p, err := org.Enrol(bg, tx, org.PersonForm{Name: name, HomeAgency: agency})
		if err != nil {
			return err
		}
		h, err := org.Appoint(bg, tx, org.HoldingForm{PersonID: p.ID, AgencyID: agency, UnitID: unit, Title: title, Rank: rank, Roles: roles, ValidFrom: "2026-01-01"})
		if err != nil {
			return err
		}
		w.people[who] = store.Actor{Person: int64(p.ID), Holding: int64(h.ID), Agency: int64(agency), Unit: int64(unit), Roles: h.Roles, Via: store.ViaWeb}.Vouched()
		if err := auth.PutAccount(bg, tx, auth.Opening{Person: p.ID, Login: strings.ReplaceAll(who, "_", "."), Hash: hash}); err != nil {
			return err
		}
		w.tokens[who], err = auth.IssueAPIToken(bg, tx, int64(p.ID), h.ID, "thử", tx.Now().Add(24*time.Hour))
		return err
	})
}

// cheapHash is computed once: everybody here has the same password.
var cheapHash = sync.OnceValues(func() (string, error) { return auth.HashPassword(bg, password) })

func (w *town) act(a store.Actor, f func(tx *store.Tx) error) {
	w.t.Helper()
	must(w.t, w.db.Write(bg, a, f))
}

func (w *town) as(who string) *client.Client {
	w.t.Helper()
	token, ok := w.tokens[who]
	if !ok {
		w.t.Fatalf("nobody is %q", who)
	}
	return &client.Client{Server: w.server.URL, Token: token, Tries: 1}
}

func (w *town) post(who string) client.ID { return client.ID(w.people[who].Holding) }

// raw sends one request as it is and gives status and text.
func (w *town) raw(method, path, token, body string, header ...string) (*http.Response, string) {
	w.t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, w.server.URL+path, r)
	must(w.t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	must(w.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(w.t, err)
	return res, string(text)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused asserts the status of a refusal and gives it.
func refused(t testing.TB, err error, status int) *client.Problem {
	t.Helper()
	var p *client.Problem
	if !errors.As(err, &p) || p.Status != status {
		t.Fatalf("want a problem with status %d, got %v", status, err)
	}
	if p.Detail == "" || p.RequestID == "" || !strings.HasPrefix(p.Type, "urn:congvu:problem:") {
		t.Fatalf("a problem without its parts: %+v", p)
	}
	return p
}
