package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/edxml"
)

const (
	ours   = "H26.15"
	theirs = "000.00.00.G22"
	third  = "H17.28"
)

var sysA, sysB = System{"sys-a", "khoa-bi-mat/cua=A&1", ours}, System{"sys-b", "khoa-b", theirs}

var directoryOfTests = []Unit{
	{ID: "1", Code: ours, Code102: "000.00.15.H26", Name: "Sở Tài chính", IsAgency: true},
	{ID: "2", Code: theirs, Name: "Văn phòng Chính phủ", OldCode: "G22", Mail: "vpcp@example.vn", Version: "7", CenterCode: "TW", IsAgency: true, ModifiedAt: time.Date(2026, 11, 1, 8, 0, 0, 0, vietnam)},
	{ID: "3", ParentID: "2", Code: third, Name: "UBND xã \"A & B\"", IsAgency: true},
	{ID: "4", Code: "H26.99", Name: "Đã đóng", Deleted: true},
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// stage is a simulator with links of two agencies.
type stage struct {
	*Simulator
	clock *clock
	url   string
	mu    sync.Mutex
	calls []Call
}

func newStage(t testing.TB) *stage {
	s := &stage{Simulator: NewSimulator(directoryOfTests, sysA, sysB), clock: &clock{t: time.Date(2026, 11, 30, 9, 0, 0, 123e6, vietnam)}}
	s.Now = s.clock.now
	server := httptest.NewServer(s.Simulator)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *stage) watch(c Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, c)
}

func (s *stage) last() Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[len(s.calls)-1]
}

func (s *stage) config(c Channel, who System) Config {
	return Config{Channel: c, Endpoint: s.url, SystemID: who.ID, Secret: who.Secret, From: who.Agency, Now: s.clock.now, Watch: s.watch}
}

func (s *stage) link(t testing.TB, c Channel, who System, change func(*Config)) Link {
	t.Helper()
	config := s.config(c, who)
	if change != nil {
		change(&config)
	}
	l, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// document writes a message from ours to the receivers by the strict writer of package edxml.
func document(t testing.TB, to ...string) []byte {
	t.Helper()
	d := &edxml.DocumentMessage{
		From: edxml.Organization{OrganID: ours, InCharge: "UBND thành phố", Name: "Sở Tài chính"}, DocumentID: ours + ",2026/11/30,05/STC-VP",
		Code: edxml.Code{Number: "05", Notation: "STC-VP"}, Place: "Hà Nội", Date: "2026-11-30", Type: edxml.DocumentType{Type: 1, Name: "Công văn"},
		Subject: "V/v thử liên thông", Content: "V/v thử liên thông", Signer: edxml.Signer{Competence: "KT. GIÁM ĐỐC", Position: "Phó Giám đốc", FullName: "Nguyễn Văn A"},
		Other:    edxml.Other{Appendixes: []string{"Phụ lục"}, Pages: 2},
		ToPlaces: []string{"Như trên"}, Traces: []edxml.Trace{{OrganID: ours, At: time.Date(2026, 11, 30, 8, 0, 0, 0, vietnam)}},
		Business: edxml.Business{Staff: edxml.Staff{Department: "Văn thư", Name: "Trần Thị B"}},
	}
	for _, code := range to {
		d.To = append(d.To, edxml.Organization{OrganID: code, Name: "Cơ quan " + code})
	}
	file := edxml.File{Name: "vanban.pdf", Size: 12, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("%PDF-1.7 thử")), nil }}
	file.Size = int64(len("%PDF-1.7 thử"))
	var b bytes.Buffer
	if _, err := edxml.WriteDocument(&b, d, []edxml.File{file}, edxml.NationalForm); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func status(t testing.TB, to string) []byte {
	t.Helper()
	var b bytes.Buffer
	_, err := edxml.WriteStatus(&b, &edxml.StatusMessage{
		From:        edxml.Organization{OrganID: ours, Name: "Sở Tài chính"},
		ResponseFor: edxml.ResponseFor{OrganID: to, Code: edxml.Code{Number: "7816", Notation: "VPCP-TTĐT"}, DocumentID: "x", Date: "2026-11-01"},
		Staff:       edxml.Staff{Department: "Văn thư", Name: "B"}, Code: "03", At: time.Date(2026, 11, 30, 8, 0, 0, 0, vietnam),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func message(kind string, raw []byte) Message {
	return Message{Kind: kind, From: ours, Name: "05_STC-VP.edxml", Size: int64(len(raw)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(raw)), nil }}
}

func refusal(t testing.TB, err error) *Refusal {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) {
		t.Helper()
		t.Fatalf("no refusal: %v", err)
	}
	return r
}

func today(s *stage) (time.Time, time.Time) { return s.clock.now().AddDate(0, 0, -7), s.clock.now() }

func fetchAll(t testing.TB, l Link, docID string) []byte {
	t.Helper()
	r, err := l.Fetch(context.Background(), docID)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// channels are the ways a link may speak: both protocols, and the older generation of the second.
var channels = []struct {
	name   string
	kind   Channel
	change func(*Config)
}{
	{"national", National, nil},
	{"provincial", Provincial, nil},
	{"older provincial", Provincial, func(c *Config) { c.Paths = OlderPaths() }},
}
