package pades

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"congvu/internal/cms"
	"congvu/internal/keys"
	"congvu/internal/pdf"
	"congvu/internal/typeface"
)

// S3.2, S2.3 to S2.5: leader certifies, clerk fills number and date, agency seals; both signatures pass.
func TestLeaderThenNumberThenSealGivesTwoPassedSignatures(t *testing.T) {
	o := testOffice(t)
	file := o.issued(t)
	r := verify(t, file, o.options())
	if r.Outcome != Passed || len(r.Signatures) != 2 {
		t.Fatal(explain(r))
	}
	leader, agency := r.Signatures[0], r.Signatures[1]
	if leader.Kind != Certification || leader.Permission != 2 || leader.Changes != FillChange || leader.WholeFile {
		t.Errorf("leader: %+v", leader)
	}
	if leader.Signer.Name != "Nguyễn Văn Nghĩa" || leader.Signer.Organization != "UBND xã Vĩnh Lĩnh" || leader.Reason != "Phê duyệt" {
		t.Errorf("leader's certificate read as %+v", leader.Signer)
	}
	if !leader.ClaimedTime.Equal(signedAt) || leader.TimeSource != TimeUnproven {
		t.Errorf("claimed %v, source %s", leader.ClaimedTime, leader.TimeSource)
	}
	if agency.Kind != Approval || agency.Changes != NoChange || !agency.WholeFile || agency.Revocation != RevocationNotPublished {
		t.Errorf("agency: %+v", agency)
	}
	if rev := Revision(file, r, 0); !bytes.HasPrefix(file, rev) || len(rev) >= len(file) || verify(t, rev, o.options()).Outcome != Passed {
		t.Error("the signed revision cannot be opened by itself")
	}
	if Revision(file, r, 2) != nil {
		t.Error("a revision that nobody signed")
	}
}

func TestSigningOnlyAppends(t *testing.T) {
	o := testOffice(t)
	before := draft(t, 0)
	after := mustSign(t, before, o.request(o.leader))
	again := mustSign(t, after, o.request(o.agency))
	if !bytes.HasPrefix(after, before) || !bytes.HasPrefix(again, after) {
		t.Error("bytes that were there have changed (S5.7)")
	}
	if !bytes.HasSuffix(again, []byte("\n%%EOF\n")) {
		t.Error("no clean end")
	}
}

// S10.1: the key sits elsewhere; the server prepares and embeds.
func TestSignatureFromElsewhereIsEmbedded(t *testing.T) {
	o := testOffice(t)
	req := o.request(o.leader)
	req.Key = nil
	p, err := Prepare(draft(t, 0), req)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	p = new(Prepared)
	if err := json.Unmarshal(stored, p); err != nil {
		t.Fatal(err)
	}
	pending, err := cms.Prepare(p.Digest, crypto.SHA256, o.leader.Certificate, o.leader.Chain)
	if err != nil {
		t.Fatal(err)
	}
	value, err := o.leader.Key.Sign(nil, pending.Digest(), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	container, err := pending.Finish(value)
	if err != nil {
		t.Fatal(err)
	}
	file, err := p.Embed(container)
	if err != nil {
		t.Fatal(err)
	}
	if r := verify(t, file, o.options()); r.Outcome != Passed {
		t.Error(explain(r))
	}

	other, err := Prepare(draft(t, 10), req)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Embed(container); !errors.Is(err, ErrContainer) {
		t.Errorf("a signature of another document: %v", err)
	}
	p.File[30] ^= 1
	if _, err := p.Embed(container); !errors.Is(err, ErrAltered) {
		t.Errorf("a file changed while waiting: %v", err)
	}
}

func TestSigningRefuses(t *testing.T) {
	o := testOffice(t)
	plain := draft(t, 0)
	locked := o.request(o.leader)
	locked.Certify = 1
	noChange := mustSign(t, plain, locked)
	signed := mustSign(t, plain, o.request(o.leader))
	encrypted := bytes.Replace(plain, []byte("/Root "), []byte("/Encrypt 1 0 R /Root "), 1)

	change := func(f func(*Request)) Request { r := o.request(o.agency); f(&r); return r }
	for name, x := range map[string]struct {
		file []byte
		req  Request
		want error
	}{
		"an encrypted file (S5.9)":           {encrypted, o.request(o.agency), pdf.ErrEncrypted},
		"a broken file":                      {plain[:len(plain)-40], o.request(o.agency), pdf.ErrBroken},
		"bytes behind the end":               {append(bytes.Clone(plain), "1 0 obj"...), o.request(o.agency), pdf.ErrBroken},
		"no PDF":                             {[]byte("xin chào"), o.request(o.agency), pdf.ErrNotPDF},
		"a P=1 certified file":               {noChange, o.request(o.agency), ErrCertified},
		"certifying after a signature":       {signed, change(func(r *Request) { r.Certify = 2 }), ErrNotFirst},
		"an unknown level":                   {plain, change(func(r *Request) { r.Certify = 4 }), ErrCertifyLevel},
		"a field that is signed":             {signed, change(func(r *Request) { r.Field = "Signature1" }), ErrFieldTaken},
		"a field for text":                   {plain, change(func(r *Request) { r.Field = NumberField }), ErrFieldTaken},
		"a page that is not there":           {plain, change(func(r *Request) { r.Appearance = &Appearance{Page: 3, Rect: [4]float64{0, 0, 9, 9}} }), ErrNoPage},
		"a place outside the page":           {plain, change(func(r *Request) { r.Appearance = &Appearance{Page: 1, Rect: [4]float64{590, 0, 700, 50}} }), ErrPlace},
		"a certificate out of its validity":  {plain, change(func(r *Request) { r.At = testUntil.AddDate(0, 0, 1) }), ErrOutOfValidity},
		"a request without time":             {plain, change(func(r *Request) { r.At = time.Time{} }), ErrRequest},
		"a key of another certificate":       {plain, change(func(r *Request) { r.Key = o.leader.Key }), cms.ErrKeyMismatch},
		"too little room for the container":  {plain, change(func(r *Request) { r.Reserve = 64 }), ErrReserve},
		"filling after it was made final":    {o.issued(t), change(func(r *Request) { r.Fill = map[string]string{"GhiChu": "x"} }), ErrFillForbidden},
		"filling a signed, uncertified file": {signed, change(func(r *Request) { r.Fill = map[string]string{NumberField: "1"} }), ErrFillForbidden},
	} {
		if _, err := Sign(context.Background(), x.file, x.req); !errors.Is(err, x.want) {
			t.Errorf("%s: got %v, want %v", name, err, x.want)
		}
	}
	var missing *typeface.MissingError
	_, err := Sign(context.Background(), plain, change(func(r *Request) {
		r.Appearance = &Appearance{Page: 1, Rect: [4]float64{0, 0, 99, 99}, Lines: []string{"漢字"}}
	}))
	if !errors.As(err, &missing) {
		t.Errorf("a missing glyph (S8.2): %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Sign(ctx, plain, o.request(o.leader)); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled request: %v", err)
	}
}

func TestFillRefusesFilledAndUnknownFields(t *testing.T) {
	o := testOffice(t)
	once, err := FillFields(o.certified(t), map[string]string{NumberField: "15"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := FillFields(once, map[string]string{NumberField: "16"}); !errors.Is(err, ErrFilled) {
		t.Errorf("second filling: %v", err)
	}
	if _, err := FillFields(once, map[string]string{"KhongCo": "16"}); !errors.Is(err, ErrNoField) {
		t.Errorf("unknown field: %v", err)
	}
	if _, err := FillFields(once, map[string]string{DateField: strings.Repeat("dài ", 100)}); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
	f, err := pdf.Open(once)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range formFields(f) {
		if x.name == NumberField && f.Text(x.dict["V"]) != "15" {
			t.Errorf("value is %q", f.Text(x.dict["V"]))
		}
	}
}

func TestPreparedSignatureFieldIsSignedInPlace(t *testing.T) {
	o := testOffice(t)
	file := edit(t, draft(t, 0), func(u *pdf.Update, f *pdf.File) {
		pages, _ := f.Pages()
		ref := u.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"), "T": pdf.TextString("LanhDao"),
			"Rect": pdf.Array{300, 100, 450, 160}, "P": pages[0], "F": 4})
		page := u.Dict(pages[0])
		u.Push(page, "Annots", ref)
		u.Set(pages[0], page)
		root := f.Trailer["Root"].(pdf.Ref)
		catalog := u.Dict(root)
		form := u.Dict(catalog["AcroForm"])
		u.Push(form, "Fields", ref)
		catalog["AcroForm"] = form
		u.Set(root, catalog)
	})
	first := mustSign(t, file, o.request(o.agency))
	req := o.request(o.leader)
	req.Field = "LanhDao"
	req.Appearance = &Appearance{Lines: []string{"Nguyễn Văn Nghĩa"}}
	both := mustSign(t, first, req)
	r := verify(t, both, o.options())
	if r.Outcome != Passed || len(r.Signatures) != 2 || r.Signatures[1].Field != "LanhDao" {
		t.Error(explain(r))
	}
}

func TestSigningKeepsTheStyleOfCrossReferences(t *testing.T) {
	tool, err := exec.LookPath("qpdf")
	if err != nil {
		t.Skip("qpdf is not installed")
	}
	o := testOffice(t)
	for _, args := range [][]string{{"--object-streams=generate"}, {"--linearize"}, {"--linearize", "--object-streams=generate"}} {
		dir := t.TempDir()
		in, out := filepath.Join(dir, "in.pdf"), filepath.Join(dir, "out.pdf")
		if err := os.WriteFile(in, draft(t, 0), 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := exec.Command(tool, append(args, in, out)...).CombinedOutput(); err != nil {
			t.Fatalf("qpdf: %v %s", err, b)
		}
		file, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		req := o.request(o.leader)
		req.Certify = 2
		filled, err := FillFields(mustSign(t, file, req), numberAndDate)
		if err != nil {
			t.Fatal(err)
		}
		both := mustSign(t, filled, o.request(o.agency))
		if r := verify(t, both, o.options()); r.Outcome != Passed {
			t.Errorf("%v: %s", args, explain(r))
		}
		crossCheck(t, both, 2)
	}
}

func TestForeignToolsAcceptTheIssuedDocument(t *testing.T) {
	o := testOffice(t)
	file := o.issued(t)
	crossCheck(t, file, 2)
	opensslAccepts(t, o, file)
}

// crossCheck asks independent tools; each is skipped, with a word, where it is not installed.
func crossCheck(t *testing.T, file []byte, signatures int) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if tool, err := exec.LookPath("qpdf"); err != nil {
		t.Log("qpdf is not installed")
	} else if out, err := exec.Command(tool, "--check", name).CombinedOutput(); err != nil || bytes.Contains(out, []byte("WARNING")) {
		t.Errorf("qpdf --check: %v\n%s", err, out)
	}
	if tool, err := exec.LookPath("pdfsig"); err != nil {
		t.Log("pdfsig is not installed")
	} else if out, err := exec.Command(tool, "-nocert", name).CombinedOutput(); err != nil || bytes.Count(out, []byte("Signature is Valid")) != signatures {
		t.Errorf("pdfsig: %v\n%s", err, out)
	}
}

func opensslAccepts(t *testing.T, o *office, file []byte) {
	t.Helper()
	tool, err := exec.LookPath("openssl")
	if err != nil {
		t.Log("openssl is not installed")
		return
	}
	f, err := pdf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range signatureFields(f) {
		s := &signed{Signature: &Signature{}, dict: f.Dict(x.value), data: file}
		if !s.readCoverage(f) {
			t.Fatal("coverage")
		}
		dir := t.TempDir()
		write := func(name string, b []byte) string {
			p := filepath.Join(dir, name)
			if err := os.WriteFile(p, b, 0o600); err != nil {
				t.Fatal(err)
			}
			return p
		}
		container, err := cms.Parse(s.contents)
		if err != nil {
			t.Fatal(err)
		}
		content := append(bytes.Clone(file[:s.hole[0]]), file[s.hole[1]:s.End]...)
		root := write("root.pem", keysPEM(o.authority.Root))
		out, err := exec.Command(tool, "cms", "-verify", "-inform", "DER", "-in", write("sig.p7", container.Raw), "-content", write("data", content),
			"-binary", "-CAfile", root, "-purpose", "any", "-cades", "-out", os.DevNull).CombinedOutput()
		if err != nil {
			t.Errorf("openssl cms: %v\n%s", err, out)
		}
	}
}

func TestImageKeepsItsColoursAndItsSize(t *testing.T) {
	m := seal(t)
	if m.Width != 96 || m.mask == nil {
		t.Errorf("%+v", m)
	}
	for name, bad := range map[string][]byte{"empty": nil, "text": []byte("không phải ảnh"), "large": make([]byte, maxImageFile+1)} {
		if _, err := NewImage(bad); !errors.Is(err, ErrImage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func keysPEM(id *keys.Identity) []byte { return pemOf(id.Certificate) }
