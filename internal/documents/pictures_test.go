package documents

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"sync"
	"testing"

	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/paper"
	"congvu/internal/pdf"
	"congvu/internal/store"
)

// stroke is a picture of one colour, width × height points on a transparent ground: 4 of them around.
func stroke(t testing.TB, ink color.NRGBA, width, height int) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, width+8, height+8))
	for y := range height {
		for x := range width {
			m.SetNRGBA(4+x, 4+y, ink)
		}
	}
	var b bytes.Buffer
	must(t, png.Encode(&b, m))
	return b.Bytes()
}

var (
	blue = color.NRGBA{0x12, 0x2f, 0xa8, 0xff}
	red  = color.NRGBA{0xe1, 0x10, 0x18, 0xff}
)

func (h *house) keep(file []byte, widthMM float64) KeptPicture {
	h.t.Helper()
	k, err := KeepPicture(bg, h.Desk, h.clerk, PictureSeal, bytes.NewReader(file), false, widthMM)
	must(h.t, err)
	return k
}

func (h *house) propose(a store.Actor, f PictureForm) (*Picture, error) {
	var p *Picture
	err := h.try(a, func(tx *store.Tx) (err error) { p, err = ProposePicture(bg, tx, f); return err })
	return p, err
}

func (h *house) approve(a store.Actor, id int64) (*Picture, error) {
	var p *Picture
	err := h.try(a, func(tx *store.Tx) (err error) { p, err = ApprovePicture(bg, tx, id); return err })
	return p, err
}

// approved brings a version into service.
func (h *house) approved(by store.Actor, f PictureForm) *Picture {
	h.t.Helper()
	p, err := h.propose(by, f)
	must(h.t, err)
	p, err = h.approve(h.admin, p.ID)
	must(h.t, err)
	return p
}

func (h *house) signatureForm() PictureForm {
	return PictureForm{Kind: PictureSignature, Kept: h.keep(stroke(h.t, blue, 300, 120), 0)}
}

func (h *house) sealForm(mm float64) PictureForm {
	return PictureForm{Kind: PictureSeal, Kept: h.keep(stroke(h.t, red, 300, 300), mm)}
}

// shownOn reads back where signatures stand in the main file, and the images drawn by the last one.
func (h *house) shownOn(o *Outgoing) []pades.Shown {
	h.t.Helper()
	seen, err := pades.Seen(h.mainBytes(h.again(o)))
	must(h.t, err)
	return seen
}

func mmOf(points float64) float64 { return points / 72 * 25.4 }

func near(t testing.TB, what string, got, want, slack float64) {
	t.Helper()
	if math.Abs(got-want) > slack {
		t.Errorf("%s: %.2f mm, want %.2f", what, got, want)
	}
}

// The law in millimetres, read back from the signed file: the signature is as large as its place allows and stands in its middle; the seal has its
// real size and its right edge stands on the left third of the signature, level with its middle (S4.1, S4.2).
// However many samples are asked for, two are made at a time, and who has gone away waits for none.
func TestSamplesAreMadeTwoAtATime(t *testing.T) {
	h := newHouse(t)
	for range cap(samples) {
		samples <- struct{}{}
	}
	ctx, leave := context.WithCancel(bg)
	leave()
	form := SampleForm{Kind: SampleLaidOut, Placing: LawfulPlacing()}
	if _, err := SamplePage(ctx, h.Desk, h.head, form); !errors.Is(err, context.Canceled) {
		t.Errorf("with both places taken: %v", err)
	}
	for range cap(samples) {
		<-samples
	}
	_, err := SamplePage(bg, h.Desk, h.head, form)
	must(t, err)
}

func TestApprovedPicturesStandWhereTheLawPutsThem(t *testing.T) {
	h := newHouse(t)
	h.approved(h.head, h.signatureForm())
	h.approved(h.clerk, h.sealForm(33))
	o := h.at(Sealed)
	where, err := o.boxes(bg, h.DB)
	must(t, err)
	seen := h.shownOn(o)
	if len(seen) != 2 {
		t.Fatalf("%+v", seen)
	}
	sign, seal, box := seen[0].Rect, seen[1].Rect, where.Signature
	near(t, "width of the signature", mmOf(sign[2]-sign[0]), 50, 0.1)
	near(t, "height of the signature", mmOf(sign[3]-sign[1]), 50*122.0/302, 0.3)
	near(t, "middle of the signature", mmOf((sign[0]+sign[2])/2-(box.Left+box.Right)/2), 0, 0.05)
	near(t, "height of the middle", mmOf((sign[1]+sign[3])/2-(box.Bottom+box.Top)/2), 0, 0.05)
	near(t, "width of the seal", mmOf(seal[2]-seal[0]), 33, 0.05)
	near(t, "height of the seal", mmOf(seal[3]-seal[1]), 33, 0.05)
	near(t, "right edge of the seal", mmOf(seal[2]-sign[0]), mmOf(sign[2]-sign[0])/3, 0.05)
	near(t, "middle of the seal", mmOf((seal[1]+seal[3]-sign[1]-sign[3])/2), 0, 0.05)
}

// An agency's placing moves both, from the day it begins; what was signed before stays.
func TestPlacingMovesSignaturesFromItsFirstDay(t *testing.T) {
	h := newHouse(t)
	h.approved(h.head, h.signatureForm())
	h.approved(h.clerk, h.sealForm(33))
	p := LawfulPlacing()
	p.Sign, p.Seal = Shift{Right: 4, Up: -2, Width: 40, Height: 25}, Shift{Right: 2, Up: 3, Width: 36}
	h.approved(h.clerk, PictureForm{Kind: PicturePlacing, Placing: p, ValidFrom: "2026-11-24"})
	middle := func() (sign, seal float64) {
		o := h.at(Sealed)
		where, err := o.boxes(bg, h.DB)
		must(t, err)
		seen := h.shownOn(o)
		s, r := seen[0].Rect, seen[1].Rect
		return mmOf((s[0]+s[2])/2 - (where.Signature.Left+where.Signature.Right)/2), mmOf(r[2] - s[0] - (s[2]-s[0])/3)
	}
	sign, seal := middle()
	near(t, "signature of the day before", sign, 0, 0.05)
	near(t, "seal of the day before", seal, 0, 0.05)
	h.clock.Set(monday.AddDate(0, 0, 1))
	sign, seal = middle()
	near(t, "signature", sign, 4, 0.05)
	near(t, "seal", seal, 2, 0.05)
}

// A version serves on its days only; of two that serve the later one; a withdrawn one not at all.
func TestPictureServesOnItsDays(t *testing.T) {
	h := newHouse(t)
	first := h.approved(h.head, h.signatureForm())
	f := h.signatureForm()
	f.Kept = h.keep(stroke(t, blue, 200, 120), 0)
	f.ValidFrom, f.ValidTo = "2026-12-01", "2026-12-31"
	second := h.approved(h.head, f)
	on := func(day calendar.Date) int64 {
		p, ok, err := PictureOn(bg, h.DB, h.head, PictureSignature, day)
		must(t, err)
		if !ok {
			return 0
		}
		return p.Version
	}
	for day, want := range map[calendar.Date]int64{"2026-11-22": 0, "2026-11-23": 1, "2026-11-30": 1, "2026-12-01": 2, "2026-12-31": 2, "2027-01-01": 1} {
		if got := on(day); got != want {
			t.Errorf("%s: version %d, want %d", day, got, want)
		}
	}
	h.do(h.head, func(tx *store.Tx) error { _, err := WithdrawPicture(bg, tx, second.ID, "ký lại"); return err })
	h.do(h.admin, func(tx *store.Tx) error { _, err := WithdrawPicture(bg, tx, first.ID, ""); return err })
	if on("2026-12-05") != 0 {
		t.Error("a withdrawn version serves")
	}
	refused(t, h.try(h.admin, func(tx *store.Tx) error { _, err := WithdrawPicture(bg, tx, first.ID, ""); return err }), store.Conflict, "withdrawing twice")
}

// Whose proposals are taken, kind by kind, and who may decide on them: every role, an assistant and a foreign administrator.
func TestWhoProposesAndWhoDecides(t *testing.T) {
	h := newHouse(t)
	second := h.appoint(h.agency, h.sister, "Lý Thu Trang", "Quản trị", org.RankStaff, store.AgencyAdmin)
	foreignAdmin := h.appoint(h.other, 0, "Tạ Văn Sáng", "Quản trị", org.RankStaff, store.AgencyAdmin)
	assistant := h.drafter
	assistant.For, assistant.Roles = h.head.Person, store.Assistant
	actors := map[string]store.Actor{"head": h.head, "unit head": h.unitHead, "drafter": h.drafter, "clerk": h.clerk, "archivist": h.archivist, "admin": h.admin,
		"second admin": second, "assistant": assistant, "foreign admin": foreignAdmin, "foreign clerk": h.foreignClerk}
	keepers := map[string]bool{"clerk": true, "admin": true, "second admin": true, "foreign admin": true, "foreign clerk": true}
	for who, a := range actors {
		for _, f := range []PictureForm{h.signatureForm(), h.sealForm(36), {Kind: PicturePlacing, Placing: LawfulPlacing()}} {
			may := keepers[who]
			if f.Kind == PictureSignature {
				may = who != "assistant"
			}
			p, err := h.propose(a, f)
			if may != (err == nil) || err != nil && !errors.Is(err, store.Forbidden) {
				t.Errorf("%s proposes %s: %v", who, f.Kind, err)
			}
			if err != nil {
				continue
			}
			if _, err := h.propose(a, f); !errors.Is(err, store.Conflict) {
				t.Errorf("%s proposes %s twice: %v", who, f.Kind, err)
			}
			for by, b := range actors {
				own := b.Person == a.Person
				ownSignature := own && f.Kind == PictureSignature
				var want error
				switch {
				case b.Agency != a.Agency, by == "assistant", !ownSignature && !keepers[by]:
					want = store.NotFound
				case by == "foreign admin": // the only one there
					if ownSignature {
						want = store.Forbidden
					}
				case by != "admin" && by != "second admin", own:
					want = store.Forbidden
				}
				err := h.try(b, func(tx *store.Tx) error {
					if _, err := ApprovePicture(bg, tx, p.ID); err != nil {
						return err
					}
					return errRollback
				})
				if want == nil && !errors.Is(err, errRollback) || want != nil && !errors.Is(err, want) {
					t.Errorf("%s decides on the %s of %s: %v, want %v", by, f.Kind, who, err, want)
				}
			}
			h.do(a, func(tx *store.Tx) error { _, err := WithdrawPicture(bg, tx, p.ID, ""); return err })
		}
	}
}

var errRollback = errors.New("not kept")

// The only administrator of an agency approves his own proposal, and that is on record; never his own signature.
func TestLoneAdministratorIsOnRecord(t *testing.T) {
	h := newHouse(t)
	p, err := h.propose(h.admin, h.sealForm(36))
	must(t, err)
	p, err = h.approve(h.admin, p.ID)
	must(t, err)
	kept, err := FindPicture(bg, h.DB, h.clerk, p.ID)
	if err != nil || !kept.Alone || kept.State != PictureApproved || kept.DecidedBy != h.admin.Person {
		t.Errorf("%+v %v", kept, err)
	}
	own, err := h.propose(h.admin, h.signatureForm())
	must(t, err)
	_, err = h.approve(h.admin, own.ID)
	refused(t, err, store.Forbidden, "own signature")
	other := h.approved(h.clerk, PictureForm{Kind: PicturePlacing, Placing: LawfulPlacing()})
	if other.Alone {
		t.Error("the clerk's proposal was approved by another")
	}
}

func TestRejectionNeedsAReasonAndEndsAProposal(t *testing.T) {
	h := newHouse(t)
	p, err := h.propose(h.head, h.signatureForm())
	must(t, err)
	reject := func(reason string) error {
		return h.try(h.admin, func(tx *store.Tx) error { _, err := RejectPicture(bg, tx, p.ID, reason); return err })
	}
	refused(t, reject(" "), store.Invalid, "without a reason")
	must(t, reject("ảnh mờ"))
	refused(t, reject("ảnh mờ"), store.Conflict, "twice")
	if _, err := h.approve(h.admin, p.ID); !errors.Is(err, store.Conflict) {
		t.Error(err)
	}
	again, err := h.propose(h.head, h.signatureForm())
	must(t, err)
	if again.Version != 2 {
		t.Errorf("version %d", again.Version)
	}
	mine, err := MyPictures(bg, h.DB, h.head)
	if err != nil || len(mine) != 2 || mine[1].Reason != "ảnh mờ" {
		t.Errorf("%+v %v", mine, err)
	}
	waiting, err := WaitingPictures(bg, h.DB, h.admin)
	if err != nil || len(waiting) != 1 || waiting[0].ID != again.ID {
		t.Errorf("%+v %v", waiting, err)
	}
	_, err = WaitingPictures(bg, h.DB, h.drafter)
	refused(t, err, store.Forbidden, "the list")
}

func TestPictureFormsAreRefusedFieldByField(t *testing.T) {
	h := newHouse(t)
	for name, change := range map[string]func(*PictureForm){
		"valid_from":  func(f *PictureForm) { f.ValidFrom = "2026-11-22" },
		"valid_from ": func(f *PictureForm) { f.ValidFrom = "2026-13-45" },
		"valid_to":    func(f *PictureForm) { f.ValidTo = "2026-11-22" },
		"note":        func(f *PictureForm) { f.Note = string(bytes.Repeat([]byte("x"), mostPictureNote+1)) },
		"image":       func(f *PictureForm) { f.Kept.SHA = "x" },
		"width":       func(f *PictureForm) { f.Kept.WidthMM = 0 },
		"kind":        func(f *PictureForm) { f.Kind = "stamp" },
		"sign_width":  func(f *PictureForm) { f.Kind, f.Placing = PicturePlacing, Placing{Time: "iso"} },
		"seal_up": func(f *PictureForm) {
			f.Kind, f.Placing = PicturePlacing, LawfulPlacing()
			f.Placing.Seal.Up = math.NaN()
		},
		"time":        func(f *PictureForm) { f.Kind, f.Placing = PicturePlacing, LawfulPlacing(); f.Placing.Time = "15:04" },
		"upload_page": func(f *PictureForm) { f.Kind, f.Placing = PicturePlacing, LawfulPlacing(); f.Placing.Upload.Side = "" },
	} {
		f := h.sealForm(36)
		change(&f)
		_, err := h.propose(h.clerk, f)
		r, ok := errorsAs[*store.Refusal](err)
		if !ok || r.Kind != store.Invalid || r.Problems[0].Field != strings.TrimSpace(name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for field, err := range map[string]error{
		"image": second(KeepPicture(bg, h.Desk, h.clerk, PictureSeal, bytes.NewReader(nil), false, 0)),
		"width": second(KeepPicture(bg, h.Desk, h.clerk, PictureSeal, bytes.NewReader(stroke(t, red, 50, 50)), false, 400)),
	} {
		refused(t, err, store.Invalid, field)
	}
	refused(t, second(KeepPicture(bg, h.Desk, h.clerk, PictureSeal, bytes.NewReader(make([]byte, mostPicture+1)), false, 0)), store.Invalid, "a large file")
	refused(t, second(KeepPicture(bg, h.Desk, h.clerk, PictureSeal, bytes.NewReader([]byte("chữ")), false, 0)), store.Invalid, "no image")
}

func second[T any](_ T, err error) error { return err }

// Before the library an image was approved together with the certificate: it serves until a version of the library does.
func TestImageOfTheCertificateServesUntilTheLibraryHasOne(t *testing.T) {
	h := newHouse(t)
	old := h.keep(stroke(t, blue, 100, 100), 0)
	bound, ok, err := BoundCertificate(bg, h.DB, h.admin, OwnerPerson, h.head.Person)
	if err != nil || !ok {
		t.Fatal(err)
	}
	_, cert, _, err := h.Keys.Signer(bound.KeyName)
	must(t, err)
	h.do(h.admin, func(tx *store.Tx) error {
		_, err := BindCertificate(bg, tx, CertificateForm{Owner: OwnerPerson, OwnerID: h.head.Person, DER: cert.Raw, KeyName: bound.KeyName, Method: MethodServerKey, Image: old.SHA})
		return err
	})
	size := func() float64 {
		s := h.shownOn(h.at(Signed))[0].Rect
		return (s[2] - s[0]) / (s[3] - s[1])
	}
	if got := size(); math.Abs(got-1) > 0.05 {
		t.Errorf("proportion %.2f, want the certificate's", got)
	}
	h.approved(h.head, h.signatureForm())
	if got := size(); math.Abs(got-302.0/122) > 0.05 {
		t.Errorf("proportion %.2f, want the library's", got)
	}
	used, err := BlobsInUse(bg, h.DB, []string{old.SHA, h.signatureForm().Kept.SHA, "0"})
	if err != nil || len(used) != 2 {
		t.Errorf("%v %v", used, err)
	}
}

// Without an image there is a dignified text: in the place of the signature, blue; in the seal's, red.
func TestWithoutAnImageTheSignatureIsText(t *testing.T) {
	at := monday
	l := look{placing: LawfulPlacing()}
	where := places{Boxes: paper.Boxes{Signature: paper.Box{Page: 1, Left: 100, Right: 240, Bottom: 100, Top: 185}, Seal: paper.Box{Page: 1, Left: 40, Right: 142, Bottom: 90, Top: 192}}}
	a := l.personal(where, "Nguyễn Văn Nghĩa", at)
	if fmt.Sprint(a.Lines) != "[Đã ký số Nguyễn Văn Nghĩa 2026-11-23T09:00:00+07:00]" || a.Color != blueInk || !a.Centred || a.Image != nil {
		t.Errorf("%+v", a)
	}
	if l.personal(places{}, "x", at) != nil {
		t.Error("an appearance without a place")
	}
	h := newHouse(t)
	o := h.at(Signed)
	s, err := l.sealed(h.mainBytes(o), where, "Ủy ban nhân dân xã Vĩnh Lĩnh", at)
	if err != nil || s.Color != redInk || s.Lines[0] != "Ủy ban nhân dân xã Vĩnh Lĩnh" || math.Abs(mmOf(s.Rect[2]-s.Rect[0])-36) > 0.05 {
		t.Errorf("%+v %v", s, err)
	}
}

// An annex of its own has the text block and no image: 170 × 30 points in the upper right corner of the first page (S4.3, S4.7, S4.9).
func TestAnnexHasTheBlockInItsCorner(t *testing.T) {
	h := newHouse(t)
	h.approved(h.clerk, h.sealForm(36))
	sample, err := SamplePage(bg, h.Desk, h.clerk, SampleForm{Kind: SampleBlock, Placing: LawfulPlacing()})
	must(t, err)
	r := sample.Seal
	near(t, "from the right edge", mmOf(sample.Width-r[2]), 7, 0.05)
	near(t, "from the upper edge", mmOf(sample.Height-r[3]), 5, 0.05)
	if sample.Page != 1 || math.Abs(r[2]-r[0]-170) > 0.1 || math.Abs(r[3]-r[1]-30) > 0.1 || sample.Sign != [4]float64{} {
		t.Errorf("%+v", sample)
	}
	f, err := pdf.Open(sample.PDF)
	must(t, err)
	for n := 1; n < f.Size(); n++ {
		if s := f.Stream(pdf.Ref{Num: n}); s != nil && s.Dict["Subtype"] == pdf.Name("Image") {
			t.Error("a block with an image")
		}
	}
	long, err := pades.Block(sample.PDF, []string{"Trích sao; Ủy ban nhân dân phường Hòa Cường Nam, thành phố Đà Nẵng;", "2026-11-23T09:00:00+07:00"}, 20, 14)
	if err != nil || long.Size != 10 || long.Rect[2]-long.Rect[0] < 280 || len(long.Lines) != 2 {
		t.Errorf("a long line: %+v %v", long, err)
	}
	if _, err := pades.Block(sample.PDF, []string{"x"}, 580, 14); !errors.Is(err, pades.ErrPlace) {
		t.Error(err)
	}
}

// A copy has no seal: its form, its agency and its time stand in the corner, below the fields of number and date (S4.4).
func TestCopyHasItsFormInTheCorner(t *testing.T) {
	if got := copyForm("Bản sao y"); got != "Sao y" {
		t.Errorf("%q", got)
	}
	h := newHouse(t)
	f := h.form()
	f.TypeCode = "SAO_Y"
	o := h.draft(f)
	laid, err := paper.Render(paper.Document{Form: paper.Named, TypeName: "Bản sao", Agency: "x", Notation: "SY-UBND", Number: "1", Date: monday, Body: "x", SignerName: "x"})
	must(t, err)
	file, err := KeepFile(bg, h.Desk, int64(h.agency), "sao.pdf", bytes.NewReader(laid.PDF))
	must(t, err)
	where := places{FullNumber: true, Uploaded: true}
	a, err := h.sealMain(bg, o, file, where, &pen{look: look{placing: LawfulPlacing()}}, "Ủy ban nhân dân xã Vĩnh Lĩnh", monday)
	must(t, err)
	if a.Image != nil || a.Lines[0] != "Sao y; Ủy ban nhân dân xã Vĩnh Lĩnh;" || a.Lines[1] != "2026-11-23T09:00:00+07:00" || a.Rect[3] > 842-numberFieldsEnd+0.5 {
		t.Errorf("%+v", a)
	}
}

// An uploaded PDF gets its signature where the agency places it, also when the page is shown turned.
func TestUploadedFileIsSignedInItsCorner(t *testing.T) {
	p := LawfulPlacing()
	for _, turn := range []int{0, 90, 180, 270} {
		frame := pades.Frame{Box: [4]float64{0, 0, 595, 842}, Turn: turn}
		width, _ := frame.Size()
		w := uploadPlaces(frame, 3, p)
		own := w.Signature
		seen := frame.Seen([4]float64{own.Left, own.Bottom, own.Right, own.Top})
		near(t, "from the right", mmOf(width-seen[2]), 20, 0.01)
		near(t, "from below", mmOf(seen[1]), 45, 0.01)
		if own.Page != 3 || w.Turn != turn || !w.Uploaded {
			t.Errorf("%+v", w)
		}
	}
	p.Upload.X, p.Upload.Side = 150, "left"
	w := uploadPlaces(pades.Frame{Box: [4]float64{0, 0, 200, 300}}, 1, p) // a small page: as far as it goes
	if w.Signature.Right > 200.01 || w.Signature.Left < 0 {
		t.Errorf("%+v", w.Signature)
	}
}

// The sample page is signed as real ones are and tells where its signatures stand; its certificates are nobody's.
func TestSamplePageShowsAPlacing(t *testing.T) {
	h := newHouse(t)
	h.approved(h.clerk, h.sealForm(33))
	p := LawfulPlacing()
	p.Seal.Right = 10
	s, err := SamplePage(bg, h.Desk, h.admin, SampleForm{Kind: SampleLaidOut, Placing: p})
	must(t, err)
	near(t, "seal", mmOf(s.Seal[2]-s.Seal[0]), 33, 0.05)
	near(t, "shift", mmOf(s.Seal[2]-s.Sign[0]-(s.Sign[2]-s.Sign[0])/3), 10, 0.05)
	near(t, "real size", s.SealMM, 33, 0.05)
	if len(s.Findings) != 1 || s.Box == [4]float64{} {
		t.Errorf("%+v %+v", s.Findings, s.Box)
	}
	report, err := h.verify(s.PDF)
	if err != nil || report.Outcome == pades.Passed || len(report.Signatures) != 2 {
		t.Errorf("a sample passes as real: %+v %v", report, err)
	}
	if _, err := SamplePage(bg, h.Desk, h.clerk, SampleForm{Kind: SampleUpload, Placing: LawfulPlacing()}); err != nil {
		t.Error(err)
	}
	_, err = SamplePage(bg, h.Desk, h.clerk, SampleForm{Kind: "x", Placing: LawfulPlacing()})
	refused(t, err, store.Invalid, "no such kind")
	own := h.approved(h.head, h.signatureForm())
	_, err = SamplePage(bg, h.Desk, h.foreignClerk, SampleForm{Kind: SampleLaidOut, Placing: LawfulPlacing(), Signature: own.ID})
	refused(t, err, store.NotFound, "a foreign signature")
	_, err = SamplePage(bg, h.Desk, h.drafter, SampleForm{Kind: SampleLaidOut, Placing: LawfulPlacing(), Signature: own.ID})
	refused(t, err, store.NotFound, "a colleague's signature")
}

func TestPlacingIsCheckedAgainstTheLaw(t *testing.T) {
	if out := LawfulPlacing().Check(36); len(out) != 0 {
		t.Errorf("the law's own placing: %v", out)
	}
	for name, change := range map[string]func(*Placing){
		"signature beside": func(p *Placing) { p.Sign.Right = 12 }, "signature on the name": func(p *Placing) { p.Sign.Up = -10 },
		"seal beside": func(p *Placing) { p.Seal.Right = -20 }, "seal on all of it": func(p *Placing) { p.Seal.Right = 20 }, "seal above": func(p *Placing) { p.Seal.Up = 20 },
		"seal too large": func(p *Placing) { p.Seal.Width = 50 }, "block in the middle": func(p *Placing) { p.Block.Top = 60 }, "another time": func(p *Placing) { p.Time = "dotted" },
	} {
		p := LawfulPlacing()
		if change(&p); len(p.Check(36)) != 1 {
			t.Errorf("%s: %v", name, p.Check(36))
		}
	}
	for code, want := range map[string]string{"iso": "2026-11-23T09:00:00+07:00", "sample": "23/11/2026; 09:00:00", "dotted": "23.11.2026 09:00:00 +07:00", "": "2026-11-23T09:00:00+07:00"} {
		if got := (Placing{Time: code}).stamp(monday.UTC()); got != want {
			t.Errorf("%s: %s", code, got)
		}
	}
}

// An image is read once, however many ask at the same time; one that could not be read is asked for again.
func TestAlbumReadsAnImageOnce(t *testing.T) {
	a := album{most: 2, pages: map[string]*albumPage{}}
	file := stroke(t, blue, 40, 40)
	var mu sync.Mutex
	read := 0
	get := func(key string, err error) error {
		_, got := a.get(key, func() ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			read++
			return file, err
		})
		return got
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := get("a", nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if read != 1 {
		t.Errorf("read %d times", read)
	}
	for range 2 {
		if err := get("b", blob.NotFound); !errors.Is(err, blob.NotFound) {
			t.Error(err)
		}
	}
	if read != 3 {
		t.Errorf("read %d times", read)
	}
	must(t, get("b", nil))
	must(t, get("c", nil))
	if len(a.pages) > a.most {
		t.Errorf("%d images kept", len(a.pages))
	}
}

func BenchmarkAppearanceOfAReadyImage(b *testing.B) {
	a := album{most: 2, pages: map[string]*albumPage{}}
	file := stroke(b, blue, 400, 200)
	for b.Loop() {
		if _, err := a.get("a", func() ([]byte, error) { return file, nil }); err != nil {
			b.Fatal(err)
		}
	}
}
