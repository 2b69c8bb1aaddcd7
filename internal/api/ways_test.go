package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"congvu/internal/client"
	"congvu/internal/store"
)

// A paper document goes from the registry's desk to its end, every step through the API (D10, D11, D12).
func TestPaperDocumentIsRegisteredDirectedAndDone(t *testing.T) {
	w := newTown(t)
	clerk, head, unitHead := w.as("clerk"), w.as("head"), w.as("unit_head")
	in, err := clerk.Enter(bg, entry())
	must(t, err)
	_, err = clerk.AddIncomingFile(bg, in.ID, "công văn điện lực.txt", strings.NewReader("nội dung bản quét"))
	must(t, err)
	reg, err := clerk.Register(bg, in.ID, client.Registering{})
	must(t, err)
	if reg.Incoming.ArrivalNumber != 1 || reg.Incoming.State != "registered" {
		t.Fatalf("%+v", reg)
	}
	again, err := clerk.Register(bg, in.ID, client.Registering{})
	if err == nil && (!again.Already || again.Incoming.ArrivalNumber != 1) {
		t.Fatalf("a second number: %+v", again)
	}
	// V8, D10.14: the same document again asks the clerk first, and shows him the twin.
	twin, err := clerk.Enter(bg, entry())
	if err == nil {
		_, err = clerk.Register(bg, twin.ID, client.Registering{})
	}
	p := refused(t, err, http.StatusConflict)
	if p.Type != client.KindDuplicate || len(p.Twins) == 0 || p.Twins[0].ID != in.ID {
		t.Fatalf("%+v", p)
	}
	must(t, clerk.SubmitToLeader(bg, in.ID, client.Submitting{To: w.post("head"), Note: "Kính trình"}))
	direction, err := head.Direct(bg, in.ID, client.Directing{Leads: []client.Target{{Unit: client.ID(w.unit)}}, Opinion: "Phòng VX chủ trì", DueDays: 3})
	must(t, err)
	if direction.Due != "2026-11-26" || direction.LeaderName != "Nguyễn Văn Nghĩa" {
		t.Errorf("%+v", direction)
	}
	page, err := unitHead.Inbox(bg, client.List{Tab: "to_do"})
	must(t, err)
	if len(page.Rows) != 1 || page.Rows[0].Line == 0 || page.Rows[0].Role != "lead" {
		t.Fatalf("%+v", page)
	}
	line := page.Rows[0].Line
	must(t, unitHead.Start(bg, line))
	must(t, unitHead.Comment(bg, in.ID, "Đang làm việc với điện lực"))
	must(t, unitHead.Complete(bg, line, client.Completing{Result: "Đã thông báo cho nhân dân"}))
	done, err := head.Incoming(bg, in.ID)
	must(t, err)
	if done.State != "done" {
		t.Errorf("state %s", done.State)
	}
	steps, err := head.IncomingTimeline(bg, in.ID)
	must(t, err)
	if len(steps) < 5 || steps[0].What == "" {
		t.Errorf("history: %+v", steps)
	}
	files, err := head.IncomingFiles(bg, in.ID)
	must(t, err)
	var got bytes.Buffer
	name, err := head.Download(bg, files[0].ID, &got)
	must(t, err)
	if name != "công văn điện lực.txt" || got.String() != "nội dung bản quét" {
		t.Errorf("%q: %q", name, got.String())
	}
	refused(t, unitHead.Complete(bg, line, client.Completing{Result: "Lần hai"}), http.StatusConflict)
}

func confirm(t *testing.T, c *client.Client) {
	t.Helper()
	confirmed, err := c.Confirm(bg, password)
	must(t, err)
	if confirmed.Once || confirmed.Until.Truncate(time.Second) != monday.Add(10*time.Minute).UTC() {
		t.Errorf("%+v", confirmed)
	}
}

// With 0 minutes a confirmation is good for the next request with the same token, in whatever post of the person it acts.
func TestAConfirmationMayBeForOneRequest(t *testing.T) {
	w := newTown(t)
	must(t, w.db.Keep(bg, func(tx *store.Tx) error { return tx.Set(bg, 0, "auth.confirm_minutes", "0") }))
	s, err := (&client.Client{Server: w.server.URL}).SignIn(bg, "head", password)
	must(t, err)
	head := &client.Client{Server: w.server.URL, Token: s.Token, Post: w.post("head")}
	for i := range 2 {
		o := w.awaiting()
		confirmed, err := head.Confirm(bg, password)
		must(t, err)
		if !confirmed.Once {
			t.Errorf("%+v", confirmed)
		}
		_, err = head.Sign(bg, o, client.Signing{Capacity: "TM", Consent: true})
		must(t, err)
		if p := refused(t, second(head.Sign(bg, w.awaiting(), client.Signing{Capacity: "TM", Consent: true})), http.StatusForbidden); p.Type != client.KindUnconfirmed {
			t.Errorf("round %d: %+v", i, p)
		}
	}
}

// awaiting brings a new letter to its signer.
func (w *town) awaiting() client.ID {
	w.t.Helper()
	drafter := w.as("drafter")
	o, err := drafter.Draft(bg, w.letter())
	must(w.t, err)
	_, err = drafter.Lay(bg, o.ID)
	must(w.t, err)
	must(w.t, drafter.Submit(bg, o.ID, client.Sending{To: w.post("unit_head")}))
	must(w.t, w.as("unit_head").Approve(bg, o.ID, client.Approving{}))
	return o.ID
}

// A document is drafted, laid out, approved, signed and released over the API; both signatures are good (S3.2, D4.1).
func TestDocumentTravelsFromDraftToRelease(t *testing.T) {
	w := newTown(t)
	drafter, unitHead, head, clerk := w.as("drafter"), w.as("unit_head"), w.as("head"), w.as("clerk")
	o, err := drafter.Draft(bg, w.letter())
	must(t, err)
	form := w.letter()
	form.Subject, form.Revision = "triển khai công tác văn thư", o.Revision
	revised, err := drafter.Revise(bg, o.ID, form)
	must(t, err)
	// two tabs: the older revision is stale
	refused(t, second(drafter.Revise(bg, o.ID, form)), http.StatusConflict)
	res, body := w.raw("PUT", "/api/v1/outgoing/"+o.ID.String(), w.tokens["drafter"], `{"type":"CONG_VAN","subject":"a"}`, "If-Match", fmt.Sprintf(`"%d"`, o.Revision))
	if res.StatusCode != http.StatusConflict {
		t.Errorf("stale If-Match: %d %s", res.StatusCode, body)
	}
	res, _ = w.raw("GET", "/api/v1/outgoing/"+o.ID.String(), w.tokens["drafter"], "")
	if res.Header.Get("ETag") != fmt.Sprintf(`"%d"`, revised.Revision) {
		t.Errorf("ETag %q, revision %d", res.Header.Get("ETag"), revised.Revision)
	}
	_, err = drafter.Lay(bg, o.ID)
	must(t, err)
	must(t, drafter.Submit(bg, o.ID, client.Sending{To: w.post("unit_head"), Note: "Kính trình"}))
	must(t, unitHead.Approve(bg, o.ID, client.Approving{Note: "Đồng ý"}))
	// a token alone is not enough for what binds the office
	if p := refused(t, second(head.Sign(bg, o.ID, client.Signing{Capacity: "TM", Consent: true})), http.StatusForbidden); p.Type != client.KindUnconfirmed {
		t.Errorf("unconfirmed: %+v", p)
	}
	if p := refused(t, second(head.Confirm(bg, "không phải mật khẩu này")), http.StatusUnprocessableEntity); p.Errors[0].Pointer != "#/password" {
		t.Errorf("a wrong password: %+v", p)
	}
	confirm(t, head)
	refused(t, second(head.Sign(bg, o.ID, client.Signing{Capacity: "TM"})), http.StatusUnprocessableEntity) // without consent
	_, err = head.Sign(bg, o.ID, client.Signing{Capacity: "TM", Consent: true})
	must(t, err)
	if p := refused(t, second(drafter.Release(bg, o.ID)), http.StatusForbidden); p.Type != client.KindForbidden {
		t.Errorf("who may not release is asked for a password: %+v", p)
	}
	if p := refused(t, second(clerk.Release(bg, o.ID)), http.StatusForbidden); p.Type != client.KindUnconfirmed {
		t.Errorf("unconfirmed: %+v", p)
	}
	confirm(t, clerk)
	issued, err := clerk.Release(bg, o.ID)
	must(t, err)
	if issued.State != "issued" || issued.Number != 1 || issued.DocumentID == "" {
		t.Fatalf("%+v", issued)
	}
	again, err := clerk.Release(bg, o.ID)
	if err == nil && again.Number != issued.Number {
		t.Errorf("a second release drew number %d", again.Number)
	}
	files, err := clerk.OutgoingFiles(bg, o.ID)
	must(t, err)
	var pdf bytes.Buffer
	_, err = clerk.Download(bg, files[0].ID, &pdf)
	must(t, err)
	verdict, err := clerk.Verify(bg, "a.pdf", bytes.NewReader(pdf.Bytes()))
	must(t, err)
	if verdict.Outcome != "passed" || len(verdict.Signatures) != 2 || verdict.SHA256 != files[0].SHA256 {
		t.Errorf("%+v", verdict)
	}
	broken := bytes.Clone(pdf.Bytes())
	broken[len(broken)/2] ^= 1
	verdict, err = clerk.Verify(bg, "b.pdf", bytes.NewReader(broken))
	if err == nil && verdict.Outcome == "passed" {
		t.Error("a changed file passes")
	}
	books, err := clerk.Registers(bg, "outgoing", 0)
	must(t, err)
	var register bytes.Buffer
	name, err := clerk.PrintRegister(bg, "outgoing", books[0].ID, "", "", &register)
	must(t, err)
	if name != "so-van-ban-di.pdf" || !bytes.HasPrefix(register.Bytes(), []byte("%PDF-")) {
		t.Errorf("register %q, %d bytes", name, register.Len())
	}
	page, err := clerk.Outbox(bg, client.List{Tab: "issued", Q: "van thu"})
	must(t, err)
	if len(page.Rows) != 1 || page.Rows[0].NumberText != issued.NumberText {
		t.Errorf("%+v", page)
	}
	versions, err := drafter.Versions(bg, o.ID)
	must(t, err)
	if len(versions) < 3 {
		t.Errorf("%+v", versions)
	}
}

// Pages follow each other without a gap and without a repetition.
func TestListsArePagedByCursors(t *testing.T) {
	w := newTown(t)
	clerk := w.as("clerk")
	for i := range 5 {
		e := entry()
		e.Number = fmt.Sprint(100 + i)
		_, err := clerk.Enter(bg, e)
		must(t, err)
	}
	seen := map[client.ID]bool{}
	l := client.List{Tab: "all", Limit: 2}
	for n := 0; ; n++ {
		page, err := clerk.Inbox(bg, l)
		must(t, err)
		for _, r := range page.Rows {
			if seen[r.ID] {
				t.Errorf("%s twice", r.ID)
			}
			seen[r.ID] = true
		}
		if l.Cursor = page.Next; l.Cursor == "" || n > 5 {
			break
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d of 5 rows", len(seen))
	}
	refused(t, second(clerk.Inbox(bg, client.List{Cursor: "nonsense"})), http.StatusUnprocessableEntity)
	refused(t, second(clerk.Inbox(bg, client.List{Limit: 1000})), http.StatusUnprocessableEntity)
}

// V74: agencies go by the identifiers of the state.
func TestDirectoryIsOpenToEverybodySignedIn(t *testing.T) {
	w := newTown(t)
	c := w.as("drafter")
	agencies, err := c.Agencies(bg, "noi vu", 10)
	must(t, err)
	if len(agencies) != 1 || agencies[0].Code != "H26.20" {
		t.Fatalf("%+v", agencies)
	}
	a, err := c.Agency(bg, agencies[0].ID)
	must(t, err)
	if a.Name != "Sở Nội vụ" {
		t.Errorf("%+v", a)
	}
	staff, err := c.Staff(bg)
	must(t, err)
	if len(staff) != 5 || staff[0].Agency != client.ID(w.commune) {
		t.Errorf("staff of the own agency only: %+v", staff)
	}
	units, err := c.Units(bg)
	must(t, err)
	types, err := c.Types(bg)
	must(t, err)
	if len(units) != 1 || len(types) < 29 { // NĐ 30/2020 art. 7
		t.Errorf("%d units, %d types", len(units), len(types))
	}
	capacities, err := w.as("head").Capacities(bg, "QUYET_DINH")
	must(t, err)
	if len(capacities) == 0 || capacities[0].Code != "TM" {
		t.Errorf("%+v", capacities)
	}
	if _, err := c.Work(bg); err != nil {
		t.Error(err)
	}
	if _, err := w.as("clerk").Quarantine(bg, "", "", 0); err != nil {
		t.Error(err)
	}
	if _, err := w.as("clerk").Undelivered(bg, "", 0); err != nil {
		t.Error(err)
	}
	notices, err := c.Notices(bg, "", 0)
	if err != nil || notices.Rows == nil {
		t.Error(notices, err)
	}
}

func TestUploadsAreChecked(t *testing.T) {
	w := newTown(t)
	in, err := w.as("clerk").Enter(bg, entry())
	must(t, err)
	path := "/api/v1/incoming/" + in.ID.String() + "/files"
	res, body := w.raw("POST", path, w.tokens["clerk"], "just text", "Content-Type", "text/plain")
	if res.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("text: %d %s", res.StatusCode, body)
	}
	for name, form := range map[string]string{
		"another part":   "--b\r\nContent-Disposition: form-data; name=\"x\"; filename=\"a.txt\"\r\n\r\nx\r\n--b--\r\n",
		"no file name":   "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b--\r\n",
		"a broken form":  "--b\r\nContent-Dis",
		"an empty form":  "--b--\r\n",
		"a cut-off file": "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nx",
	} {
		res, body := w.raw("POST", path, w.tokens["clerk"], form, "Content-Type", "multipart/form-data; boundary=b")
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, res.StatusCode, body)
		}
	}
	files, err := w.as("clerk").IncomingFiles(bg, in.ID)
	must(t, err)
	if len(files) != 0 {
		t.Errorf("kept in spite of the refusal: %+v", files)
	}
	refused(t, second(w.as("clerk").AddIncomingFile(bg, in.ID, "virus.exe", strings.NewReader("MZ"))), http.StatusUnprocessableEntity)
	f, err := w.as("clerk").AddIncomingFile(bg, in.ID, "../../etc/tệp.txt", strings.NewReader("tốt"))
	must(t, err)
	if strings.ContainsAny(f.Name, `/\`) {
		t.Errorf("name %q", f.Name)
	}
	res, _ = w.raw("GET", "/api/v1/files/"+f.ID.String(), w.tokens["clerk"], "", "Range", "bytes=0-0")
	if res.StatusCode != http.StatusPartialContent || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") ||
		!strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
}
