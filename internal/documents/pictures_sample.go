package documents

import (
	"context"
	"crypto/x509"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/paper"
	"congvu/internal/pdf"
	"congvu/internal/store"
)

// SampleKind is the kind of file on which a placing is tried.
type SampleKind string

// A document laid out here, a PDF made elsewhere, an annex in a file of its own.
const (
	SampleLaidOut SampleKind = "laid_out"
	SampleUpload  SampleKind = "upload"
	SampleBlock   SampleKind = "block"
)

// SampleForm says what to try: pictures by their ids (0: the one that serves today, else a sample that says so).
type SampleForm struct {
	Kind      SampleKind
	Placing   Placing
	Signature int64
	Seal      int64
}

// Sample is a page with signatures that are worth nothing: the certificates are made for it and thrown away.
type Sample struct {
	PDF  []byte
	Page int // where the signatures stand
	// Frame is that page; Sign and Seal are rectangles on it as it is seen, in points from its lower left corner; zero when there is none.
	Width, Height float64
	Sign, Seal    [4]float64
	Box           [4]float64 // the law's place of the signature, from which Placing.Sign moves
	SignRatio     float64    // width through height of the pictures
	SealRatio     float64
	SealMM        float64 // real width of the seal; 0 when not known
	Findings      []store.Message
}

// samples bounds how many sample pages are made at once: each lays out, draws and signs a file, as often as somebody moves a number.
var samples = make(chan struct{}, 2)

// SamplePage signs a sample page the way real ones are signed, with certificates of a test authority (S4). Whoever keeps the agency's pictures may, and
// every person with his own signature. Nothing is kept.
func SamplePage(ctx context.Context, d *Desk, a store.Actor, f SampleForm) (*Sample, error) {
	if a.Agency == 0 || a.Person == 0 || a.For != 0 {
		return nil, mayPropose(a, PictureSignature)
	}
	var p store.Problems
	if f.Placing.problems(&p); f.Kind != SampleLaidOut && f.Kind != SampleUpload && f.Kind != SampleBlock {
		p.Add("kind", "Hãy chọn loại văn bản mẫu trong danh sách.")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	on := today(d.DB.Now())
	ag, err := org.AgencyAt(ctx, d.DB, org.AgencyID(a.Agency), on)
	if err != nil {
		return nil, err
	}
	s := &sampling{Sample: &Sample{}, form: f, agency: ag, at: d.DB.Now().Time(), signer: sampleSigner}
	if s.sign, err = d.samplePicture(ctx, a, PictureSignature, f.Signature, on, s.signer, paper.SignatureImage); err != nil {
		return nil, err
	}
	if s.seal, err = d.samplePicture(ctx, a, PictureSeal, f.Seal, on, ag.Name, paper.SealImage); err != nil {
		return nil, err
	}
	s.SealMM = s.seal.WidthPoints / pointsPerMM
	s.SignRatio, s.SealRatio = ratio(s.sign), ratio(s.seal)
	s.Findings = f.Placing.Check(s.SealMM)
	select {
	case samples <- struct{}{}:
		defer func() { <-samples }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return s.Sample, s.make(ctx)
}

const sampleSigner = "Nguyễn Văn Mẫu"

func ratio(m *pades.Image) float64 { return float64(m.Width) / float64(m.Height) }

// samplePicture is the picture to try: the one asked for, the one that serves today, or a drawn sample.
func (d *Desk) samplePicture(ctx context.Context, a store.Actor, kind PictureKind, id int64, on calendar.Date, name string, draw func(string) ([]byte, error)) (*pades.Image, error) {
	var p Picture
	var ok bool
	var err error
	if id != 0 {
		var found *Picture
		if found, err = findPicture(ctx, d.DB, a, id); err == nil && found.Kind == kind {
			p, ok = *found, true
		}
	} else {
		p, ok, err = PictureOn(ctx, d.DB, a, kind, on)
	}
	switch {
	case err != nil:
		return nil, err
	case ok:
		return d.kept(ctx, p.SHA)
	}
	return pictures.get("sample "+string(kind)+" "+name, func() ([]byte, error) { return draw(name) })
}

// sampling is one sample being made.
type sampling struct {
	*Sample
	form       SampleForm
	agency     *org.Agency
	at         time.Time
	signer     string
	sign, seal *pades.Image
}

func (s *sampling) make(ctx context.Context) error {
	day := s.at.Truncate(24 * time.Hour)
	valid := keys.Period{From: day.Add(-24 * time.Hour), Until: day.Add(48 * time.Hour)}
	// Everybody may know this seed: nobody's list of trust has the authority it founds, so that its signatures convince no reader.
	office, err := keys.NewTestAuthority(keys.TestOptions{From: valid.From, Until: valid.Until, Seed: []byte("sample pages, believed by nobody")})
	if err != nil {
		return err
	}
	person, err := office.Person(s.signer, "Chủ tịch", s.agency.Name, valid)
	if err != nil {
		return err
	}
	agency, err := office.Agency(s.agency.Name, s.agency.Code, valid)
	if err != nil {
		return err
	}
	page, where, err := s.page()
	if err != nil {
		return err
	}
	signed, sealed := look{image: s.sign, placing: s.form.Placing}, look{image: s.seal, placing: s.form.Placing}
	request := func(id *keys.Identity) pades.Request {
		return pades.Request{Certificate: id.Certificate, Chain: []*x509.Certificate{office.Issuing.Certificate}, Key: id.Key, At: s.at}
	}
	if s.form.Kind == SampleBlock {
		r := request(agency)
		if r.Appearance, err = sealed.block(page, "Số: 15/QĐ-"+s.agency.Abbr+";", s.at, 0); err != nil {
			return refuseReason("", err)
		}
		return s.finish(pades.Sign(ctx, page, r))
	}
	r := request(person)
	r.Certify, r.Name, r.Appearance = 2, s.signer, signed.personal(where, s.signer, s.at)
	if page, err = pades.Sign(ctx, page, r); err != nil {
		return refuseReason("", err)
	}
	r = request(agency)
	if r.Appearance, err = sealed.sealed(page, where, s.agency.Name, s.at); err != nil {
		return refuseReason("", err)
	}
	return s.finish(pades.Sign(ctx, page, r))
}

// finish reads back from the file where the signatures stand.
func (s *sampling) finish(file []byte, err error) error {
	if err != nil {
		return refuseReason("", err)
	}
	seen, err := pades.Seen(file)
	if err != nil {
		return err
	}
	s.PDF = file
	for i, x := range seen {
		s.Page = x.Page
		s.Width, s.Height = x.Frame.Size()
		if i == 0 && s.form.Kind != SampleBlock {
			s.Sign = x.Frame.Seen(x.Rect)
		} else {
			s.Seal = x.Frame.Seen(x.Rect)
		}
	}
	return nil
}

// page lays out what is to be signed: a short decision, or a sheet as from another program.
func (s *sampling) page() ([]byte, places, error) {
	doc := paper.Document{Form: paper.Decision, Agency: s.agency.Name, Notation: "QĐ-" + s.agency.Abbr, Place: s.agency.Seat, Number: "15", Date: s.at.In(calendar.Hanoi),
		Subject: "Về việc xem thử vị trí chữ ký", Authority: s.agency.HeadTitle + " " + s.agency.Name, LegalBases: []string{"Căn cứ Nghị định số 30/2020/NĐ-CP về công tác văn thư"},
		Body:           "Điều 1. Trang này chỉ để xem thử hình ảnh và vị trí chữ ký, không có giá trị pháp lý.\nĐiều 2. Chữ ký và dấu trên trang này là chữ ký thử.",
		SignerPosition: s.agency.HeadTitle, SignerName: s.signer, Receivers: []string{"Như Điều 2"}, Made: s.at.Truncate(24 * time.Hour)}
	if s.form.Kind == SampleBlock {
		doc = paper.Document{Form: paper.Named, Agency: s.agency.Name, Notation: "PL-" + s.agency.Abbr, Place: s.agency.Seat, TypeName: "Phụ lục", Subject: "Bảng số liệu kèm theo văn bản",
			Body: "Tệp này đi kèm một văn bản và chỉ mang chữ ký số của cơ quan, không có hình ảnh dấu.", Number: "15", Date: s.at.In(calendar.Hanoi), Made: s.at.Truncate(24 * time.Hour)}
	}
	laid, err := paper.Render(doc)
	if err != nil {
		return nil, places{}, refuseReason("", err)
	}
	where := places{Boxes: laid.Boxes}
	if s.form.Kind == SampleUpload {
		f, err := pdf.Open(laid.PDF)
		if err != nil {
			return nil, where, err
		}
		pages, err := f.Pages()
		if err != nil {
			return nil, where, err
		}
		frame, err := pades.FrameOf(f, pages[0])
		if err != nil {
			return nil, where, err
		}
		where = uploadPlaces(frame, 1, s.form.Placing)
	}
	if b := where.Signature; s.form.Kind == SampleLaidOut {
		s.Box = [4]float64{b.Left, b.Bottom, b.Right, b.Top}
	}
	return laid.PDF, where, nil
}
