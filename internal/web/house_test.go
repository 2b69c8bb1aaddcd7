package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/auth"
	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/dossiers"
	"congvu/internal/exchange"
	"congvu/internal/keys"
	"congvu/internal/notify"
	"congvu/internal/org"
	"congvu/internal/search"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

var bg = context.Background()

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, calendar.Hanoi)

const password = "mot cau de nho va dai"

var testAuthority = sync.OnceValues(func() (*keys.TestAuthority, error) {
	return keys.NewTestAuthority(keys.TestOptions{From: monday.AddDate(-1, 0, 0), Until: monday.AddDate(5, 0, 0), Seed: []byte("web tests, nothing secret")})
})

// hashed is the one password's hash: hashing it for every account would take most of the tests' time.
var hashed = sync.OnceValues(func() (string, error) { return auth.HashPassword(bg, password) })

// house is an installation with a commune and a department, and its door.
type house struct {
	*testing.T
	db        *store.DB
	clock     *storetest.Clock
	desk      *documents.Desk
	blobDir   string
	authority *keys.TestAuthority
	commune   org.AgencyID
	sector    org.AgencyID
	unit      org.UnitID
	door      *Door
	server    *httptest.Server
}

func newHouse(t *testing.T, change ...func(*Config)) *house {
	t.Helper()
	h := &house{T: t, clock: storetest.NewClock(monday)}
	h.db = storetest.OpenAt(t, h.clock)
	h.blobDir = t.TempDir()
	blobs, err := blob.OpenDisk(h.blobDir)
	h.must(err)
	ring, err := keys.Open(t.TempDir(), []byte("a secret of thirty-two bytes ..."))
	h.must(err)
	h.authority, err = testAuthority()
	h.must(err)
	dir := t.TempDir()
	h.must(h.authority.WriteTrust(dir))
	trust, err := keys.LoadTrust(dir)
	h.must(err)
	trust.AllowTest = true
	h.desk = &documents.Desk{DB: h.db, Blobs: blobs, Keys: ring, Trust: trust}
	h.people()
	c := Config{DB: h.db, Desk: h.desk, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	c.Index = search.New(h.db)
	c.Index.Patience = time.Minute
	c.Index.Register("incoming", search.From(documents.EntryOf), search.Walk(documents.IncomingPlaces))
	c.Index.Register("outgoing", search.From(documents.EntryOf), search.Walk(documents.OutgoingPlaces))
	c.Index.Register("dossier", search.From(dossiers.EntryOf), search.Walk(dossiers.SearchPlaces))
	for _, f := range change {
		f(&c)
	}
	h.door = New(c)
	h.server = httptest.NewServer(h.door)
	t.Cleanup(func() { h.door.Close(); h.server.CloseClientConnections(); h.server.Close() })
	return h
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) write(a store.Actor, f func(tx *store.Tx) error) {
	h.Helper()
	h.must(h.db.Write(bg, a, f))
}

var installation = store.Actor{Via: store.ViaSystem}

func (h *house) people() {
	from := calendar.Date("2026-01-01")
	h.write(installation, func(tx *store.Tx) error {
		a, err := org.OpenAgency(bg, tx, org.AgencyForm{Code: "H26.15", Name: "Ủy ban nhân dân xã Vĩnh Lĩnh", ShortName: "UBND xã Vĩnh Lĩnh", Abbr: "UBND", Level: org.Commune, Seat: "Vĩnh Lĩnh",
			Collective: true, CollectiveName: "ỦY BAN NHÂN DÂN", HeadTitle: "CHỦ TỊCH", Hosted: true, ValidFrom: from})
		if err != nil {
			return err
		}
		b, err := org.OpenAgency(bg, tx, org.AgencyForm{Code: "H26.20", Name: "Sở Nội vụ", ShortName: "SNV", Abbr: "SNV", Level: org.Department, Seat: "Huế", HeadTitle: "GIÁM ĐỐC", Hosted: true, ValidFrom: from})
		if err != nil {
			return err
		}
		h.commune, h.sector = a.ID, b.ID
		u, err := org.OpenUnit(bg, tx, org.UnitForm{AgencyID: a.ID, Name: "Phòng Văn hóa – Xã hội", Abbr: "VX", Kind: "phòng", ValidFrom: from})
		if err != nil {
			return err
		}
		h.unit = u.ID
		return nil
	})
	head := h.enrol("chutich", h.commune, 0, "Nguyễn Văn Nghĩa", "Chủ tịch", org.RankHead, 0)
	h.enrol("truongphong", h.commune, h.unit, "Lê Hồng Hạnh", "Trưởng phòng", org.RankUnitHead, store.UnitHead)
	h.enrol("chuyenvien", h.commune, h.unit, "Phạm Quốc Việt", "Chuyên viên", org.RankStaff, store.Specialist)
	h.enrol("vanthu", h.commune, 0, "Hoàng Thị Ngọc", "Văn thư", org.RankStaff, store.Clerk)
	admin := h.enrol("quantri", h.commune, 0, "Ngô Gia Huy", "Quản trị", org.RankStaff, store.AgencyAdmin)
	director := h.enrol("giamdoc", h.sector, 0, "Đặng Hữu Phước", "Giám đốc", org.RankHead, 0)
	h.enrol("vanthuso", h.sector, 0, "Mai Thị Hoa", "Văn thư", org.RankStaff, store.Clerk)
	h.enrol("chuyenvienso", h.sector, 0, "Trần Thị Bình", "Chuyên viên", org.RankStaff, store.Specialist)
	sectorAdmin := h.enrol("quantriso", h.sector, 0, "Vũ Đình Khôi", "Quản trị", org.RankStaff, store.AgencyAdmin)
	h.bind(admin, head, "chairman", "Nguyễn Văn Nghĩa", "Chủ tịch")
	h.bind(sectorAdmin, director, "director", "Đặng Hữu Phước", "Giám đốc")
	h.seal(admin, h.commune, "UBND xã Vĩnh Lĩnh", "H26.15")
	h.seal(sectorAdmin, h.sector, "Sở Nội vụ", "H26.20")
}

// enrol gives somebody a post and an account.
func (h *house) enrol(login string, agency org.AgencyID, unit org.UnitID, name, title string, rank org.Rank, roles store.Roles) store.Actor {
	h.Helper()
	hash, err := hashed()
	h.must(err)
	var a store.Actor
	h.write(installation, func(tx *store.Tx) error {
		p, err := org.Enrol(bg, tx, org.PersonForm{Name: name, HomeAgency: agency})
		if err != nil {
			return err
		}
		post, err := org.Appoint(bg, tx, org.HoldingForm{PersonID: p.ID, AgencyID: agency, UnitID: unit, Title: title, Rank: rank, Roles: roles, ValidFrom: "2026-01-01"})
		if err != nil {
			return err
		}
		a = store.Actor{Person: int64(p.ID), Holding: int64(post.ID), Agency: int64(agency), Unit: int64(unit), Roles: post.Roles, Via: store.ViaWeb}.Vouched()
		return auth.PutAccount(bg, tx, auth.Opening{Person: p.ID, Login: login, Hash: hash, Demo: true})
	})
	return a
}

func (h *house) bind(admin, a store.Actor, key, name, title string) {
	h.Helper()
	id, err := h.authority.Person(name, title, "test", keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(3, 0, 0)})
	h.must(err)
	h.must(h.desk.Keys.Put(key, id.Key, id.Certificate, id.Chain))
	h.write(admin, func(tx *store.Tx) error {
		_, err := documents.BindCertificate(bg, tx, documents.CertificateForm{Owner: documents.OwnerPerson, OwnerID: a.Person, DER: id.Certificate.Raw, KeyName: key, Method: documents.MethodServerKey})
		return err
	})
}

func (h *house) seal(admin store.Actor, agency org.AgencyID, name, code string) {
	h.Helper()
	id, err := h.authority.Agency(name, code, keys.Period{From: monday.AddDate(0, -1, 0), Until: monday.AddDate(3, 0, 0)})
	h.must(err)
	h.must(h.desk.Keys.Put(exchange.KeyName(code), id.Key, id.Certificate, id.Chain))
	h.write(admin, func(tx *store.Tx) error {
		_, err := documents.BindCertificate(bg, tx, documents.CertificateForm{Owner: documents.OwnerAgency, OwnerID: int64(agency), DER: id.Certificate.Raw, KeyName: exchange.KeyName(code), Method: documents.MethodServerKey})
		return err
	})
}

// work lets exchange and bell run until the test ends.
func (h *house) work() {
	h.Helper()
	ax, err := axis.Open(bg, axis.Config{Node: "mot", StoreDir: h.TempDir(), Agencies: []string{"H26.15", "H26.20"}, Window: 300 * time.Millisecond})
	h.must(err)
	office := &exchange.Office{DB: h.db, Blobs: h.desk.Blobs, Keys: h.desk.Keys, Trust: h.desk.Trust, Axis: ax, SpoolDir: h.TempDir()}
	ctx, stop := context.WithCancel(bg)
	var running sync.WaitGroup
	trouble := func(err error) { h.Logf("background: %v", err) }
	running.Go(func() { office.Run(ctx, trouble) })
	running.Go(func() { notify.Follow(ctx, h.db, trouble) })
	h.Cleanup(func() { stop(); running.Wait(); ax.Close() })
}

// person is somebody at a browser without scripts.
type person struct {
	*house
	http   *http.Client
	last   *url.URL
	policy string // of the page got last
}

func (h *house) stranger() *person {
	jar, _ := cookiejar.New(nil)
	return &person{h, &http.Client{Jar: secureJar{jar}, Timeout: 30 * time.Second}, nil, ""}
}

// secureJar keeps secure cookies for this machine's own address, as browsers do.
type secureJar struct{ http.CookieJar }

func (j secureJar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	for _, c := range cookies {
		c.Secure = false
	}
	j.CookieJar.SetCookies(u, cookies)
}

func (h *house) as(login string) *person {
	h.Helper()
	p := h.stranger()
	status, page := p.post("/sign-in", url.Values{"login": {login}, "password": {password}})
	if status != 200 || p.last.Path != "/" {
		h.Fatalf("%s does not get in: %d %s", login, status, text(page))
	}
	return p
}

func (p *person) do(r *http.Request) (int, string) {
	p.Helper()
	if p.last != nil {
		r.Header.Set("Referer", p.last.String())
	}
	answer, err := p.http.Do(r)
	p.must(err)
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	p.must(err)
	p.last, p.policy = answer.Request.URL, answer.Header.Get("Content-Security-Policy")
	return answer.StatusCode, string(b)
}

func (p *person) get(path string) (int, string) {
	p.Helper()
	r, err := http.NewRequest("GET", p.server.URL+path, nil)
	p.must(err)
	return p.do(r)
}

func (p *person) post(path string, form url.Values) (int, string) {
	p.Helper()
	r, err := http.NewRequest("POST", p.server.URL+path, strings.NewReader(form.Encode()))
	p.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", p.server.URL)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return p.do(r)
}

var (
	inputs  = regexp.MustCompile(`<input[^>]*>`)
	attr    = regexp.MustCompile(`\b(name|value|type)="([^"]*)"`)
	tags    = regexp.MustCompile(`(?s)<(script|style|svg|nav|head)\b.*?</(script|style|svg|nav|head)>|<[^>]*>`)
	blanks  = regexp.MustCompile(`\s+`)
	options = regexp.MustCompile(`<option value="([^"]*)"[^>]*>([^<]*)`)
)

// text is what a page says.
func text(page string) string {
	if i := strings.Index(page, `<main`); i >= 0 {
		page = page[i:]
	}
	return strings.TrimSpace(blanks.ReplaceAllString(tags.ReplaceAllString(page, " "), " "))
}

// hiddenOf are the values the form of an act carries along.
func hiddenOf(page string) url.Values {
	out := url.Values{}
	if i := strings.Index(page, `id="act"`); i >= 0 {
		page = page[i:]
	}
	for _, in := range inputs.FindAllString(page, -1) {
		v := map[string]string{}
		for _, m := range attr.FindAllStringSubmatch(in, -1) {
			v[m[1]] = m[2]
		}
		if v["type"] == "hidden" && !out.Has(v["name"]) {
			out.Set(v["name"], strings.ReplaceAll(v["value"], "&amp;", "&"))
		}
	}
	return out
}

// option is the value of a choice whose words contain some.
func option(t *testing.T, page, words string) string {
	t.Helper()
	for _, m := range options.FindAllStringSubmatch(page, -1) {
		if m[1] != "" && strings.Contains(m[2], words) {
			return m[1]
		}
	}
	t.Fatalf("no choice %q in: %s", words, text(page))
	return ""
}

// act opens the form of an act and sends it with these answers.
func (p *person) act(path string, answers url.Values) string {
	p.Helper()
	status, page := p.get(path)
	if status != 200 {
		p.Fatalf("GET %s: %d %s", path, status, text(page))
	}
	form := hiddenOf(page)
	for name, v := range answers {
		form[name] = v
		if words, ok := strings.CutPrefix(v[0], "?"); ok {
			form[name] = []string{option(p.T, page, words)}
		}
	}
	status, page = p.post(path, form)
	if status != 200 {
		p.Fatalf("POST %s: %d %s", path, status, text(page))
	}
	return page
}
