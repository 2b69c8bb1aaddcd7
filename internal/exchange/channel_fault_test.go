package exchange

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/axis"
	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/gateway"
	"congvu/internal/store"
)

// X24.3: the gateway accepts and the answer is lost. The same bytes go again; the receiver, who knows identifier and content, holds one document (X21.6).
func TestATimeOutAfterAcceptanceMakesNoSecondDocument(t *testing.T) {
	g, here, there := twoTowns(t, ChannelNational)
	g.lose = 2
	id := here.issue("H26.1", "H49.1")
	here.settle()
	if l := here.lines("H26.1", id)[0]; l.State != Queued || l.Sends != 1 {
		t.Fatalf("%+v", l)
	}
	for range 2 { // X23.3: the wait is long in life
		here.hurry()
		here.settle()
	}
	if l := here.lines("H26.1", id)[0]; l.State != OnExchange || l.Sends != 3 {
		t.Fatalf("%+v", l)
	}
	all := g.to("H49.1", gateway.Document)
	if len(all) != 3 || string(all[0]) != string(all[1]) || string(all[1]) != string(all[2]) {
		t.Fatalf("%d messages, or not the same bytes", len(all))
	}
	there.pull(ChannelNational, "H49.1")
	opened := 0
	for _, p := range there.taken("H49.1") {
		if p.State == "opened" {
			opened++
		} else if p.State != "duplicate" {
			t.Errorf("%+v", p)
		}
	}
	if opened != 1 {
		t.Errorf("%d documents", opened)
	}
	for _, w := range g.box {
		if w.Kind == gateway.Document && w.State != "done" {
			t.Errorf("%+v", w.Waiting) // X21.6: a duplicate is done, too
		}
	}
}

// X24.3: the program ends between import and confirmation, or the confirmation is lost: the next round confirms and imports nothing. X23.2: the place moves only
// after full success.
// X1.6: what the gateway is told of the transport is no status of the document.
func TestWhatWasTakenInIsOnlyConfirmedTheNextTime(t *testing.T) {
	g := &outside{}
	h := build(t, axis.Config{}, []string{"H26.1"}, nil)
	g.on(h)
	h.opens(ChannelNational, "H26.1")
	id := g.put(gateway.Document, "G09", "H26.1", foreign(t, "G09", "H26.1", 5, nil))
	h.office.failing = func(at string) error {
		if at == "before confirm" {
			return errors.New("killed")
		}
		return nil
	}
	if err := h.tryPull(ChannelNational, "H26.1"); err == nil {
		t.Fatal("nothing failed")
	}
	place := h.credential("H26.1", ChannelNational)
	if len(h.taken("H26.1")) != 1 || g.state(id) != "initial" || place.DocumentsTo != 0 || place.StatusesTo == 0 || place.Error == "" {
		t.Fatalf("%s %+v", g.state(id), place)
	}
	h.office.failing = nil
	g.unheard = 1
	if err := h.tryPull(ChannelNational, "H26.1"); err == nil {
		t.Fatal("a lost confirmation is no success")
	}
	h.pull(ChannelNational, "H26.1")
	place = h.credential("H26.1", ChannelNational)
	if got := h.taken("H26.1"); len(got) != 1 || g.state(id) != "done" || place.DocumentsTo == 0 || place.Error != "" {
		t.Fatalf("%s %+v %+v", g.state(id), got, place)
	}
	if owed := h.owed("H26.1"); len(owed) != 1 || owed[0].Code != "01" || owed[0].Channel != ChannelNational {
		t.Errorf("%+v", owed)
	}
}

func (h *house) credential(agency, kind string) Credential {
	h.Helper()
	k, err := FindCredential(context.Background(), h.office.DB, operator, h.agency[agency], kind, Sandbox)
	h.must(err)
	return k
}

func (h *house) owed(agency string) []status {
	h.Helper()
	all, err := store.All[status](context.Background(), h.office.DB, sqlTestOwed, h.agency[agency])
	h.must(err)
	return all
}

// X21.9, X24.3: two workers import the same packets; each is one receipt.
func TestTwoWorkersTakeInOneReceipt(t *testing.T) {
	g := &outside{}
	h := build(t, axis.Config{}, []string{"H26.1"}, nil)
	g.on(h)
	h.opens(ChannelNational, "H26.1")
	const packets = 4
	for n := range packets {
		g.put(gateway.Document, "G09", "H26.1", foreign(t, "G09", "H26.1", n+1, nil))
	}
	ctx := context.Background()
	c, err := FindChannel(ctx, h.office.DB, operator, ChannelNational)
	h.must(err)
	link, k, err := h.office.link(ctx, c, h.agency["H26.1"])
	h.must(err)
	now := h.office.DB.Now()
	var all sync.WaitGroup
	var errs [3]error
	for i := range errs {
		all.Go(func() { errs[i] = h.office.pullKind(ctx, link, c, k, gateway.Document, now.Add(-time.Hour), now) })
	}
	all.Wait()
	h.must(errors.Join(errs[:]...))
	if got := h.taken("H26.1"); len(got) != packets {
		t.Errorf("%d receipts for %d packets", len(got), packets)
	}
	for _, w := range g.box {
		if w.State != "done" {
			t.Errorf("%+v", w.Waiting)
		}
	}
}

// X24.3, X13.2: statuses in any order, each once, and one of nobody's document: the line stands at the highest.
func TestStatusesOfAGatewayComeInAnyOrder(t *testing.T) {
	g, here, _ := twoTowns(t, ChannelLGSP)
	id := here.issue("H26.1", "H49.1")
	here.settle()
	line := here.lines("H26.1", id)[0]
	for i, code := range []string{"05", "03", "01", "06", "04", "05"} {
		at := epoch.Add(time.Duration(i) * time.Minute)
		if i == 5 {
			at = epoch // the first once more, as another message
		}
		g.put(gateway.Status, "H49.1", "H26.1", foreignStatus(t, "H49.1", "H26.1", code, line.DocumentID, at))
	}
	lost := g.put(gateway.Status, "H49.1", "H26.1", foreignStatus(t, "H49.1", "H26.1", "01", "khong-co", epoch))
	here.pull(ChannelLGSP, "H26.1")
	if line = here.lines("H26.1", id)[0]; line.State != Done || len(here.answers("H26.1", line.ID)) != 6 {
		t.Errorf("%+v %+v", line, here.answers("H26.1", line.ID))
	}
	// It names no document of ours, but number, notation and date do (X10.3).
	if g.state(lost) != "done" {
		t.Errorf("%s", g.state(lost))
	}
}

// X24.3, X9.5: a 13 that comes before its document is kept and meets it when it arrives.
func TestARequestMayComeBeforeItsDocument(t *testing.T) {
	g := &outside{}
	h := build(t, axis.Config{}, []string{"H26.1"}, nil)
	g.on(h)
	h.opens(ChannelNational, "H26.1")
	raw := foreign(t, "G09", "H26.1", 8, nil)
	documentID := edxml.MakeDocumentID("G09", "2026-03-02", edxml.Code{Number: "8", Notation: "UBND-VP"})
	g.put(gateway.Status, "G09", "H26.1", foreignStatus(t, "G09", "H26.1", "13", documentID, epoch))
	h.pull(ChannelNational, "H26.1")
	g.put(gateway.Document, "G09", "H26.1", raw)
	h.pull(ChannelNational, "H26.1")
	in := h.received("H26.1", 0)
	if in.PendingRequest != documents.GiveBack {
		t.Fatalf("%+v", in)
	}
	h.must(h.does("H26.1", func(ctx context.Context, tx *store.Tx) error { return documents.AgreeRequest(ctx, tx, in.ID, 0) }))
	h.settle()
	var codes []string
	for _, raw := range g.to("G09", gateway.Status) {
		m, err := edxml.Read(strings.NewReader(string(raw)), edxml.Options{})
		h.must(err)
		codes = append(codes, m.Status.Code)
	}
	if !slices.Equal(codes, []string{"01", "15"}) {
		t.Errorf("the sender hears %v", codes)
	}
}

// X17.11: a final refusal fails the line with the server's words unchanged, and the clerk is told; sending again after the cause is mended delivers.
func TestARefusalOfTheGatewayIsShownUnchanged(t *testing.T) {
	g, here, there := twoTowns(t, ChannelNational)
	const words = "Ma don vi nhan khong ton tai tren truc"
	g.refuse = func(gateway.Message) error {
		return &gateway.Refusal{Call: "/sendEdoc", HTTP: 200, Code: "18", Text: words}
	}
	id := here.issue("H26.1", "H49.1")
	here.settle()
	line := here.lines("H26.1", id)[0]
	if line.State != Failed || line.Said().Args["words"] != words+" (mã lỗi 18)" {
		t.Fatalf("%+v", line)
	}
	if told := here.events("H26.1", "delivery.failed"); len(told) != 1 {
		t.Errorf("told %v", told)
	}
	calls, err := Calls(context.Background(), here.office.DB, operator, "", true, 0, 10)
	if err != nil || len(calls) != 1 || !strings.Contains(calls[0].Answer, words) || calls[0].AgencyName != "Cơ quan H26.1" {
		t.Errorf("the operator sees %+v %v", calls, err) // X23.5
	}
	if k := here.credential("H26.1", ChannelNational); k.Error == "" || k.FailedAt == 0 {
		t.Errorf("%+v", k)
	}
	g.refuse = nil
	here.must(here.does("H26.1", func(ctx context.Context, tx *store.Tx) error { return Resend(ctx, tx, line.ID) }))
	here.settle()
	there.pull(ChannelNational, "H49.1")
	there.settle()
	here.pull(ChannelNational, "H26.1")
	if line = here.lines("H26.1", id)[0]; line.State != Arrived {
		t.Errorf("%+v", line)
	}
}

// X18.3, X23.3: a passing trouble is tried again so often, then a person is told; statuses too, and the operator sends what was given up.
func TestAGatewayThatStaysAwayIsGivenUpAfterSomeTries(t *testing.T) {
	g, here, there := twoTowns(t, ChannelNational)
	away := func(gateway.Message) error {
		return &gateway.Refusal{Call: "/sendEdoc", HTTP: 503, Text: "Service Unavailable", Again: true}
	}
	id := here.issue("H26.1", "H49.1")
	here.settle()
	there.pull(ChannelNational, "H49.1")
	g.refuse = away
	second := here.issue("H26.1", "H49.1")
	for i := range 3 {
		if l := here.lines("H26.1", second); len(l) > 0 && l[0].State == Failed {
			t.Fatalf("given up after %d tries", i)
		}
		here.settle()
		there.settle()
		here.hurry()
		there.hurry()
	}
	if l := here.lines("H26.1", second)[0]; l.State != Failed || l.Sends != 3 {
		t.Errorf("%+v", l)
	}
	if k := there.counted("H49.1"); k.Failed != 1 || k.Waiting != 0 || len(there.events("H49.1", "status.failed")) != 1 {
		t.Errorf("%+v", k)
	}
	g.refuse = nil
	for _, x := range []struct {
		h      *house
		agency string
	}{{here, "H26.1"}, {there, "H49.1"}} {
		x.h.must(x.h.operate(func(ctx context.Context, tx *store.Tx) error {
			return SendAnew(ctx, tx, ChannelNational, x.h.agency[x.agency])
		}))
		x.h.settle()
	}
	here.pull(ChannelNational, "H26.1")
	if a, b := here.lines("H26.1", id)[0], here.lines("H26.1", second)[0]; a.State != Arrived || b.State != OnExchange {
		t.Errorf("%+v %+v", a, b)
	}
}

func (h *house) counted(agency string) Credential {
	h.Helper()
	all, err := Credentials(context.Background(), h.office.DB, h.clerk(agency), "", 0, 10)
	h.must(err)
	if len(all) != 1 || all[0].AgencyID != h.agency[agency] {
		h.Fatalf("%+v", all)
	}
	return all[0]
}

// X15.6, X17.10: what cannot be read waits in quarantine and is told as failed; the next one passes.
func TestAnUnreadableMessageOfAGatewayStopsNobody(t *testing.T) {
	g := &outside{}
	h := build(t, axis.Config{}, []string{"H26.1"}, nil)
	g.on(h)
	h.opens(ChannelNational, "H26.1")
	bad := g.put(gateway.Document, "G09", "H26.1", []byte("<not-edxml/>"))
	stray := g.put(gateway.Document, "G09", "H26.1", foreign(t, "G09", "H99.9", 1, nil)) // for another agency
	feigned := g.put(gateway.Document, "G09", "H26.1", foreign(t, "G10", "H26.1", 2, nil))
	good := g.put(gateway.Document, "G09", "H26.1", foreign(t, "G09", "H26.1", 3, nil))
	for range 2 { // the second round finds them known
		h.pull(ChannelNational, "H26.1")
	}
	if g.state(bad) != "fail" || g.state(stray) != "fail" || g.state(feigned) != "fail" || g.state(good) != "done" || len(h.taken("H26.1")) != 1 {
		t.Errorf("%s %s %s %s", g.state(bad), g.state(stray), g.state(feigned), g.state(good))
	}
	q := h.quarantined("H26.1")
	if len(q) != 3 || q[0].Channel != ChannelNational || q[0].Reason != "sender_mismatch" || q[1].Reason != "misdirected" || q[2].Tries != 1 {
		t.Errorf("%+v", q)
	}
	// A clerk refuses one: 02 goes back over the channel it came by.
	h.must(h.does("H26.1", func(ctx context.Context, tx *store.Tx) error {
		return QuarantineRefuse(ctx, tx, q[1].ID, "Văn bản gửi nhầm cơ quan")
	}))
	h.settle()
	owed := h.owed("H26.1")
	if last := owed[len(owed)-1]; last.Code != "02" || last.Channel != ChannelNational || len(g.to("G09", gateway.Status)) != 2 {
		t.Errorf("%+v", owed)
	}
}

// House law 8 and X8.4: an unsigned packet of a gateway says nothing in the name of an agency of this installation, and nothing about what went by the axis.
func TestAGatewaySaysNothingAboutTheAxis(t *testing.T) {
	g := &outside{}
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	g.on(h)
	h.opens(ChannelNational, "H26.1", "H26.2")
	h.work()
	id := h.issue("H26.1", "H26.2")
	h.reached("H26.1", id, Arrived)
	line := h.lines("H26.1", id)[0]
	for _, forged := range []struct {
		kind, from, to string
		raw            []byte
	}{
		{gateway.Status, "H26.2", "H26.1", foreignStatus(t, "H26.2", "H26.1", "06", line.DocumentID, epoch)},
		{gateway.Status, "H26.1", "H26.2", foreignStatus(t, "H26.1", "H26.2", "13", line.DocumentID, epoch)},
		{gateway.Document, "H26.1", "H26.2", foreign(t, "H26.1", "H26.2", 77, nil)},
	} {
		g.put(forged.kind, forged.from, forged.to, forged.raw)
	}
	h.fetches(ChannelNational, "H26.1", "H26.2")
	h.until("all three are put aside", func() bool {
		return len(h.quarantined(""))+len(h.quarantined("H26.1"))+len(h.quarantined("H26.2")) >= 3
	})
	if l := h.lines("H26.1", id)[0]; l.State != Arrived {
		t.Errorf("%+v", l)
	}
	if in := h.received("H26.2", 0); in.PendingRequest != "" || len(h.taken("H26.2")) != 1 {
		t.Errorf("%+v", in)
	}
}

// X8.3, X8.4: the policy of the channel decides about the packet signature.
func TestThePolicyOfAChannelJudgesPacketSignatures(t *testing.T) {
	g := &outside{}
	h := build(t, axis.Config{}, []string{"H26.1", "G09"}, nil)
	g.on(h)
	h.opens(ChannelNational, "H26.1")
	// A packet that its sender signed with a believed certificate, and the same one changed under way.
	us, err := agencyOf(context.Background(), h.office.DB, h.agency["G09"], h.office.DB.Now())
	h.must(err)
	sign := func(n int) []byte {
		raw, err := h.office.signPacket(context.Background(), us, foreign(t, "G09", "H26.1", n, nil))
		h.must(err)
		return raw
	}
	bend := func(raw []byte) []byte { return []byte(strings.Replace(string(raw), "báo cáo", "bao cao", 1)) }
	set := func(policy string) {
		h.must(h.operate(func(ctx context.Context, tx *store.Tx) error {
			c, err := FindChannel(ctx, tx, operator, ChannelNational)
			if err != nil {
				return err
			}
			c.Signatures = policy
			return SetChannel(ctx, tx, c)
		}))
	}
	set(SignaturesTrusted)
	g.put(gateway.Document, "G09", "H26.1", sign(1))
	g.put(gateway.Document, "G10", "H26.1", foreign(t, "G10", "H26.1", 2, nil))
	h.pull(ChannelNational, "H26.1")
	if got, q := h.taken("H26.1"), h.quarantined("H26.1"); len(got) != 1 || got[0].Signature != "trusted" || len(q) != 1 || q[0].Reason != "signature_required" {
		t.Fatalf("%+v %+v", got, q)
	}
	h.must(h.operate(func(ctx context.Context, tx *store.Tx) error {
		return AddRoute(ctx, tx, Route{AgencyID: h.agency["G09"], Pattern: "H26.1", Channel: ChannelNational})
	}))
	set(SignaturesValid)
	g.put(gateway.Document, "G10", "H26.1", bend(foreign(t, "G10", "H26.1", 3, nil))) // unsigned: taken in
	broken := bend(sign(4))
	g.put(gateway.Document, "G11", "H26.1", []byte(strings.ReplaceAll(string(broken), "G09", "G11")))
	h.pull(ChannelNational, "H26.1")
	if got, q := h.taken("H26.1"), h.quarantined("H26.1"); len(got) != 2 || len(q) != 2 || !strings.HasPrefix(q[0].Reason, "signature") {
		t.Fatalf("%+v %+v", got, q)
	}
	set(SignaturesAny)
	g.put(gateway.Document, "G12", "H26.1", []byte(strings.ReplaceAll(string(bend(sign(5))), "G09", "G12")))
	h.pull(ChannelNational, "H26.1")
	got := h.taken("H26.1")
	in := h.received("H26.1", 2)
	if len(got) != 3 || got[2].Signature != "invalid" || !strings.Contains(string(in.Warnings), "Chữ ký số của gói tin không hợp lệ") {
		t.Errorf("%+v %+v", got, in.Warnings)
	}
}

// A channel that is off holds what waits for it; only the clerk's and the operator's own acts are allowed to each.
func TestAChannelThatIsOffHoldsWhatWaits(t *testing.T) {
	g, here, _ := twoTowns(t, ChannelNational)
	id := here.issue("H26.1", "H49.1")
	storeDrain(t, here)
	here.must(here.operate(func(ctx context.Context, tx *store.Tx) error { return SwitchChannel(ctx, tx, ChannelNational, false) }))
	here.settle()
	if l := here.lines("H26.1", id)[0]; l.State != Queued || l.Sends != 0 || g.sent != 0 {
		t.Errorf("%+v", l)
	}
	if err := here.tryPull2(ChannelNational, "H26.1"); !errors.Is(err, store.Conflict) {
		t.Errorf("fetched from a channel that is off: %v", err)
	}
	// X9.8: not transmitted yet, so it is cancelled here, and never leaves.
	here.must(here.does("H26.1", func(ctx context.Context, tx *store.Tx) error {
		return AskBack(ctx, tx, here.lines("H26.1", id)[0].ID, "Chưa gửi, xin hủy")
	}))
	here.must(here.operate(func(ctx context.Context, tx *store.Tx) error { return SwitchChannel(ctx, tx, ChannelNational, true) }))
	here.settle()
	if l := here.lines("H26.1", id)[0]; l.State != Cancelled || g.sent != 0 {
		t.Errorf("%+v, %d sent", l, g.sent)
	}
	clerk := here.clerk("H26.1")
	for what, err := range map[string]error{
		"switches": here.does("H26.1", func(ctx context.Context, tx *store.Tx) error { return SwitchChannel(ctx, tx, ChannelNational, false) }),
		"sets": here.does("H26.1", func(ctx context.Context, tx *store.Tx) error {
			return here.office.SetCredential(ctx, tx, CredentialForm{Agency: clerk.Agency, Channel: ChannelNational, Environment: Sandbox, SystemID: "x", Secret: "y", Revision: 1})
		}),
		"routes": here.does("H26.1", func(ctx context.Context, tx *store.Tx) error {
			return AddRoute(ctx, tx, Route{Pattern: "*", Channel: ChannelAxis})
		}),
	} {
		if !errors.Is(err, store.Forbidden) {
			t.Errorf("a clerk %s: %v", what, err)
		}
	}
}

func (h *house) tryPull2(kind, agency string) error {
	return h.operate(func(ctx context.Context, tx *store.Tx) error { return FetchNow(ctx, tx, kind, h.agency[agency], 0) })
}

// X19.5, X22.5, X22.6: inside, then by exception, the bus, the national exchange; what stands in the way is said all at once.
func TestEachReceiverHasItsChannel(t *testing.T) {
	g := &outside{}
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, []string{"H49.1", "G09", "T01"})
	g.on(h)
	h.opens(ChannelLGSP, "H26.1")
	h.opens(ChannelNational, "H26.1", "H26.2")
	h.must(h.operate(func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(AddRoute(ctx, tx, Route{Pattern: "T0*", Channel: ChannelNational, Second: ChannelLGSP, Note: "Hai kênh theo công văn"}),
			AddRoute(ctx, tx, Route{AgencyID: h.agency["H26.2"], Pattern: "T01", Channel: ChannelAxis}))
	}))
	for _, x := range []struct{ from, to, want string }{
		{"H26.1", "H26.2", "axis"}, {"H26.1", "H49.1", "lgsp"}, {"H26.1", "G09", "national"}, {"H26.1", "T01", "national lgsp"},
		{"H26.2", "H49.1", "national"}, {"H26.2", "T01", "axis"}, {"H26.3", "H26.1", "axis"},
		{"H26.3", "H49.1", "Trục LGSP của địa phương; Trục liên thông văn bản quốc gia"}, {"H26.3", "T01", "Trục liên thông văn bản quốc gia; Trục LGSP của địa phương"},
	} {
		us, err := agencyOf(context.Background(), h.office.DB, h.agency[x.from], h.office.DB.Now())
		h.must(err)
		lines, err := h.office.address(context.Background(), h.office.DB, us, []receiver{{Agency: h.agency[x.to], Name: x.to}}, h.office.DB.Now())
		h.must(err)
		got := strings.Join(lines[0].channels, " ")
		if got == "" {
			got = strings.Join(channelsIn(lines[0].Said()), "; ")
		}
		if got != x.want {
			t.Errorf("%s → %s: %q, not %q: %+v", x.from, x.to, got, x.want, lines[0])
		}
	}
	// Two channels, one line (X19.6): the receiver's one answer closes it.
	id := h.issue("H26.1", "T01")
	h.settle()
	if l := h.lines("H26.1", id); len(l) != 1 || l[0].State != OnExchange || g.sent != 2 {
		t.Errorf("%+v, %d messages", l, g.sent)
	}
}

func channelsIn(m store.Message) (out []string) {
	if c, ok := m.Args["channel"].(store.Message); ok {
		out = append(out, c.Text)
	}
	for _, name := range []string{"one", "more"} {
		if x, ok := m.Args[name].(store.Message); ok {
			out = append(out, channelsIn(x)...)
		}
	}
	return out
}

// X18.4, X23.6: what an agency signs in with is sealed in the table and bound to its place.
func TestTheSecretOfAnAgencyIsSealed(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	(&outside{}).on(h)
	h.opens(ChannelNational, "H26.1", "H26.2")
	ctx := context.Background()
	k := h.credential("H26.1", ChannelNational)
	sealed, err := store.One[string](ctx, h.office.DB, sqlSecret, k.AgencyID, k.Channel, k.Environment)
	h.must(err)
	if strings.Contains(sealed, "bi-mat") || sealed == "" {
		t.Errorf("%q", sealed)
	}
	other := h.credential("H26.2", ChannelNational)
	if _, err := h.office.Keys.Unseal(other.secretName(), sealed); err == nil {
		t.Error("the secret of one agency opens under the name of another")
	}
	tested, err := h.office.TestChannel(ctx, operator, ChannelNational, k.AgencyID)
	if err != nil || !tested.OK || len(tested.Calls) != 1 {
		t.Errorf("%+v %v", tested, err)
	}
	// The secret stays when none is typed, and a form that somebody else overtook is refused.
	f := CredentialForm{Agency: k.AgencyID, Channel: k.Channel, Environment: k.Environment, SystemID: "H26.1", FromCode: "000.00.01.H26", Enabled: true, Revision: k.Revision}
	h.must(h.operate(func(ctx context.Context, tx *store.Tx) error { return h.office.SetCredential(ctx, tx, f) }))
	if err := h.operate(func(ctx context.Context, tx *store.Tx) error { return h.office.SetCredential(ctx, tx, f) }); !errors.Is(err, store.Conflict) {
		t.Errorf("%v", err)
	}
	if again, err := store.One[string](ctx, h.office.DB, sqlSecret, k.AgencyID, k.Channel, k.Environment); err != nil || again != sealed {
		t.Errorf("%v", err)
	}
}

// X9.2, X9.3: a recall of the whole document and an update travel as packets over the gateway of the line, after the document (X23.4).
func TestRecallPacketsTravelOverTheGateway(t *testing.T) {
	g, here, there := twoTowns(t, ChannelLGSP)
	id := here.issue("H26.1", "H49.1")
	here.settle()
	there.pull(ChannelLGSP, "H49.1")
	there.settle()
	here.pull(ChannelLGSP, "H26.1")
	here.recallWhole("H26.1", id, "Ban hành nhầm thẩm quyền")
	here.settle()
	if q := here.asked("H26.1", id); len(q) != 1 || q[0].State != "sent" {
		t.Fatalf("%+v", q)
	}
	if n := len(g.to("H49.1", gateway.Document)); n != 2 {
		t.Fatalf("%d packets", n)
	}
	there.pull(ChannelLGSP, "H49.1")
	in := there.received("H49.1", 0)
	if in.PendingRequest != documents.RecallWhole {
		t.Fatalf("%+v", in)
	}
	there.must(there.does("H49.1", func(ctx context.Context, tx *store.Tx) error { return documents.AgreeRequest(ctx, tx, in.ID, 0) }))
	there.settle()
	here.pull(ChannelLGSP, "H26.1")
	if l := here.lines("H26.1", id)[0]; l.State != Recalled {
		t.Errorf("%+v", l)
	}
}

func (h *house) recallWhole(agency string, outgoing int64, reason string) {
	h.Helper()
	h.must(h.office.DB.Write(context.Background(), store.System(h.agency[agency]), func(tx *store.Tx) error {
		return tx.Record(store.Event{Verb: "document.recall_ordered", Agency: h.agency[agency], Ref: outgoingRef(outgoing), Title: "x",
			Data: documents.RecallNote{Reason: reason, By: "Nguyễn Văn An"}})
	}))
}
