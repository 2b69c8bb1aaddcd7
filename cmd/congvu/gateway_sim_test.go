package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"congvu/internal/edxml"
	"congvu/internal/gateway"
)

// partnerStage is a simulator with an agency of ours and a partner whose clock the test moves.
func partnerStage(t *testing.T) (us gateway.Link, p *partner, now *time.Time) {
	t.Helper()
	at := time.Date(2026, 11, 30, 9, 0, 0, 0, edxml.VietnamTime)
	a, b := gateway.System{ID: "a", Secret: "khoa-a", Agency: "H26.15"}, gateway.System{ID: "b", Secret: "khoa-b", Agency: "000.00.00.G22"}
	sim := gateway.NewSimulator(simulatedDirectory([]gateway.Unit{{Code: a.Agency, Name: "Sở Tài chính"}, {Code: b.Agency, Name: "Văn phòng Chính phủ"}}, 5), a, b)
	sim.Now = func() time.Time { return at }
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	open := func(c gateway.Channel, s gateway.System) gateway.Link {
		l, err := gateway.Open(gateway.Config{Channel: c, Endpoint: server.URL, SystemID: s.ID, Secret: s.Secret, From: s.Agency, Now: sim.Now})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	p = &partner{code: b.Agency, name: "Văn phòng Chính phủ", link: open(gateway.National, b), now: sim.Now, after: time.Minute, say: t.Logf}
	return open(gateway.Provincial, a), p, &at
}

func sendDocument(t *testing.T, l gateway.Link, kind edxml.Kind) {
	t.Helper()
	pdf := "%PDF-1.7 thử"
	d := &edxml.DocumentMessage{
		From: edxml.Organization{OrganID: "H26.15", Name: "Sở Tài chính"}, To: []edxml.Organization{{OrganID: "000.00.00.G22", Name: "Văn phòng Chính phủ"}},
		DocumentID: "H26.15,2026/11/30,05/STC-VP", Code: edxml.Code{Number: "05", Notation: "STC-VP"}, Place: "Hà Nội", Date: "2026-11-30",
		Type: edxml.DocumentType{Type: 1, Name: "Công văn"}, Subject: "V/v thử", Signer: edxml.Signer{FullName: "Nguyễn Văn A"},
		Traces: []edxml.Trace{{OrganID: "H26.15", At: time.Date(2026, 11, 30, 8, 0, 0, 0, edxml.VietnamTime)}}, Business: edxml.Business{Kind: kind, Reason: "Lý do của yêu cầu"},
	}
	var b bytes.Buffer
	if _, err := edxml.WriteDocument(&b, d, []edxml.File{{Name: "a.pdf", Size: int64(len(pdf)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(pdf)), nil }}}, edxml.PlainForm); err != nil {
		t.Fatal(err)
	}
	sendRaw(t, l, gateway.Document, b.Bytes())
}

func sendRaw(t *testing.T, l gateway.Link, kind string, raw []byte) {
	t.Helper()
	_, err := l.Send(context.Background(), gateway.Message{Kind: kind, From: "H26.15", Name: "x.edxml", Size: int64(len(raw)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(raw)), nil }})
	if err != nil {
		t.Fatal(err)
	}
}

// answers gives the codes that reached us, and confirms them.
func answers(t *testing.T, l gateway.Link, at time.Time) string {
	t.Helper()
	ctx := context.Background()
	lines, err := l.List(ctx, gateway.Status, at.AddDate(0, 0, -1), at)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, line := range lines {
		r, err := l.Fetch(ctx, line.DocID)
		if err != nil {
			t.Fatal(err)
		}
		m, err := edxml.Read(r, edxml.Options{})
		_ = r.Close()
		if err != nil || m.Status == nil || m.Status.ResponseFor.OrganID != "H26.15" || m.Status.ResponseFor.DocumentID != "H26.15,2026/11/30,05/STC-VP" {
			t.Fatalf("%v %+v", err, m)
		}
		if err := l.Confirm(ctx, line.DocID, gateway.Done); err != nil {
			t.Fatal(err)
		}
		codes = append(codes, m.Status.Code)
	}
	return strings.Join(codes, " ")
}

// X9.1, X9.2, X10.1, X11: the partner's whole course and its answers to requests, over both protocols.
func TestPartnerAnswersAsAnOffice(t *testing.T) {
	us, p, now := partnerStage(t)
	turn := func() string {
		t.Helper()
		if err := p.turn(context.Background()); err != nil {
			t.Fatal(err)
		}
		return answers(t, us, *now)
	}
	sendDocument(t, us, edxml.New)
	for i, want := range []string{"01", "03", "05", "06", ""} {
		if got := turn(); got != want {
			t.Errorf("after %d minutes %q, not %q", i, got, want)
		}
		*now = now.Add(time.Minute)
	}
	sendDocument(t, us, edxml.Recall)
	if got := turn(); got != "" {
		t.Errorf("at once %q", got)
	}
	if *now = now.Add(time.Minute); turn() != "15" {
		t.Error("no 15 to a recall")
	}
	p.refuse, p.decline = true, true
	sendDocument(t, us, edxml.New)
	if got := turn(); got != "02" {
		t.Errorf("refused with %q", got)
	}
	var b bytes.Buffer
	if _, err := edxml.WriteStatus(&b, &edxml.StatusMessage{From: edxml.Organization{OrganID: "H26.15", Name: "Sở Tài chính"},
		ResponseFor: edxml.ResponseFor{OrganID: "000.00.00.G22", Code: edxml.Code{Number: "05", Notation: "STC-VP"}, DocumentID: "H26.15,2026/11/30,05/STC-VP", Date: "2026-11-30"},
		Staff:       edxml.Staff{Department: "Văn thư", Name: "B"}, Code: "13", Description: "Gửi nhầm nơi nhận", At: *now}); err != nil {
		t.Fatal(err)
	}
	sendRaw(t, us, gateway.Status, b.Bytes())
	turn()
	if *now = now.Add(time.Minute); turn() != "16" {
		t.Error("no 16 to a 13")
	}
}

// The verb says where it listens and with which credentials, serves both protocols, and ends when told.
func TestGatewaySimSaysWhereAndWho(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	r, out := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- command(ctx, &world{in: strings.NewReader(""), out: out, err: out, env: func(string) string { return "" }},
			[]string{"gateway-sim", "--agency", "H26.15=Sở Tài chính", "--units", "1000", "--faults", `{"asText":true}`, "--every", "1h"})
		_ = out.Close()
	}()
	lines := bufio.NewScanner(r)
	find := func(pattern string) string {
		for lines.Scan() {
			if m := regexp.MustCompile(pattern).FindStringSubmatch(lines.Text()); m != nil {
				return m[1]
			}
		}
		t.Fatal("never said: " + pattern)
		return ""
	}
	address := find(`Địa chỉ \(cả hai trục\): (\S+)`)
	secret := find(`H26.15 Sở Tài chính: hệ thống he-thong-1, khóa (\S+)`)
	find(`X-Simulator-Key: (\S+)`)
	go func() { _, _ = io.Copy(io.Discard, r) }()
	for _, c := range []gateway.Channel{gateway.National, gateway.Provincial} {
		l, err := gateway.Open(gateway.Config{Channel: c, Endpoint: address, SystemID: "he-thong-1", Secret: secret, From: "H26.15"})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Test(ctx); err != nil {
			t.Fatal(err)
		}
		if units, err := l.Agencies(ctx); err != nil || len(units) != 1002 {
			t.Fatal(len(units), err)
		}
	}
	stop()
	if code := <-done; code != 0 {
		t.Errorf("exit %d", code)
	}
}

func TestGatewaySimRefusesWrongUse(t *testing.T) {
	for _, args := range [][]string{{}, {"--agency", "H26"}, {"--agency", "H26=A", "--faults", "{"}, {"--agency", "H26=A", "--faults", `{"khong":1}`}, {"--agency", "H26=A", "--partner", "H26=B"}, {"--agency", "H26=A", "--units", "-1"}} {
		if code := command(t.Context(), &world{in: strings.NewReader(""), out: io.Discard, err: io.Discard, env: func(string) string { return "" }}, append([]string{"gateway-sim"}, args...)); code != 2 {
			t.Errorf("%v: exit %d", args, code)
		}
	}
}
