package exchange

import (
	"context"
	"fmt"
	"testing"
	"time"

	"congvu/internal/axis"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/store"
)

// staff is one agency that can do the whole way.
type staff struct {
	agency               org.AgencyID
	drafter, head, clerk store.Actor
}

// act does one act; its refusal is a failure of the test.
func (h *house) act(a store.Actor, f func(ctx context.Context, tx *store.Tx) error) {
	h.Helper()
	ctx := context.Background()
	if err := h.office.DB.Write(ctx, a, func(tx *store.Tx) error { return f(ctx, tx) }); err != nil {
		h.Error(err)
	}
}

// staffed gives an agency of the house its people, and head and agency a bound key each.
func (h *house) staffed(code string) staff {
	h.Helper()
	s := staff{agency: org.AgencyID(h.agency[code])}
	from := calendar.DateOf(h.office.DB.Now().Time())
	h.act(store.Actor{Via: store.ViaSystem}, func(ctx context.Context, tx *store.Tx) error {
		unit, err := org.OpenUnit(ctx, tx, org.UnitForm{AgencyID: s.agency, Name: "Văn phòng", Abbr: "VP", Kind: "văn phòng", ValidFrom: from})
		if err != nil {
			return err
		}
		for _, p := range []struct {
			into        *store.Actor
			name, title string
			rank        org.Rank
			roles       store.Roles
			unit        org.UnitID
		}{{&s.head, "Nguyễn Văn Nghĩa", "Chủ tịch", org.RankHead, 0, 0}, {&s.drafter, "Trần Thị Vĩnh", "Chuyên viên", org.RankStaff, store.Specialist, unit.ID},
			{&s.clerk, "Lê Thị Hoa", "Văn thư", org.RankStaff, store.Clerk | store.AgencyAdmin, unit.ID}} {
			who, err := org.Enrol(ctx, tx, org.PersonForm{Name: p.name, HomeAgency: s.agency})
			if err != nil {
				return err
			}
			post, err := org.Appoint(ctx, tx, org.HoldingForm{PersonID: who.ID, AgencyID: s.agency, UnitID: p.unit, Title: p.title, Rank: p.rank, Roles: p.roles, ValidFrom: from})
			if err != nil {
				return err
			}
			*p.into = store.Actor{Person: int64(who.ID), Holding: int64(post.ID), Agency: int64(s.agency), Unit: int64(p.unit), Roles: post.Roles, Via: store.ViaWeb}.Vouched()
		}
		return nil
	})
	valid := keys.Period{From: time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2098, 1, 1, 0, 0, 0, 0, time.UTC)}
	person, err := authority().Person("Nguyễn Văn Nghĩa", "Chủ tịch", "Cơ quan "+code, valid)
	if err != nil {
		h.Fatal(err)
	}
	h.bind(s.clerk, fmt.Sprintf("person-%d", s.head.Person), documents.OwnerPerson, s.head.Person, person)
	h.bind(s.clerk, fmt.Sprintf("agency-%d", s.agency), documents.OwnerAgency, int64(s.agency), identity(h, "Cơ quan "+code, code))
	return s
}

func (h *house) bind(by store.Actor, key, owner string, id int64, who *keys.Identity) {
	h.Helper()
	if err := h.office.Keys.Put(key, who.Key, who.Certificate, who.Chain); err != nil {
		h.Fatal(err)
	}
	h.act(by, func(ctx context.Context, tx *store.Tx) error {
		_, err := documents.BindCertificate(ctx, tx, documents.CertificateForm{Owner: owner, OwnerID: id, DER: who.Certificate.Raw, KeyName: key, Method: documents.MethodServerKey})
		return err
	})
}

// drawn brings a document from its draft to its seal, with nothing but the issue left.
func (h *house) drawn(desk *documents.Desk, s staff, to ...documents.ReceiverForm) int64 {
	h.Helper()
	return h.drawnAs(desk, s, documents.DraftForm{TypeCode: "CONG_VAN", Subject: "kiểm tra hệ thống liên thông văn bản", Addressees: []string{"Các cơ quan"},
		Body: "Đề nghị các cơ quan báo cáo trước ngày 15 hằng tháng./.", Receivers: to, Signer: org.HoldingID(s.head.Holding), KeptCopies: 1}, nil)
}

// drawnAs is drawn of a certain draft; enclose may add files to it.
func (h *house) drawnAs(desk *documents.Desk, s staff, form documents.DraftForm, enclose func(id int64)) int64 {
	h.Helper()
	ctx := context.Background()
	must := func(err error) {
		h.Helper()
		if err != nil {
			h.Fatal(err)
		}
	}
	var id int64
	h.act(s.drafter, func(ctx context.Context, tx *store.Tx) error {
		d, err := documents.Draft(ctx, tx, form)
		if err == nil {
			id = d.ID
		}
		return err
	})
	if enclose != nil {
		enclose(id)
	}
	_, err := documents.Lay(ctx, desk, s.drafter, id)
	must(err)
	h.act(s.drafter, func(ctx context.Context, tx *store.Tx) error {
		return documents.Submit(ctx, tx, id, org.HoldingID(s.head.Holding), "Kính trình")
	})
	h.act(s.head, func(ctx context.Context, tx *store.Tx) error { return documents.Approve(ctx, tx, id, "Đồng ý", 0) })
	_, err = documents.Sign(ctx, desk, s.head, id, "", true)
	must(err)
	h.act(s.clerk, func(ctx context.Context, tx *store.Tx) error {
		_, err := documents.Number(ctx, tx, id, documents.NumberForm{})
		return err
	})
	_, err = documents.Seal(ctx, desk, s.clerk, id)
	must(err)
	return id
}

// The whole way with the real rooms and nothing put in their place: drafted, signed, numbered, sealed, issued; packed from what FindIssued gives;
// arrived as the same document with the same bytes and two good signatures; registered there and known here (X5, X12, X13, D4).
func TestIssuedDocumentArrivesAsItWasSigned(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	h.office.consign = nil
	desk := &documents.Desk{DB: h.office.DB, Blobs: h.office.Blobs, Keys: h.office.Keys, Trust: h.office.Trust}
	from, to := h.staffed("H26.1"), h.staffed("H26.2")
	id := h.drawn(desk, from, documents.ReceiverForm{Agency: to.agency, Role: documents.ForAction},
		documents.ReceiverForm{Agency: org.AgencyID(h.agency["H26.3"]), Role: documents.ForInformation})
	h.work()
	h.act(from.clerk, func(ctx context.Context, tx *store.Tx) error {
		_, err := documents.Issue(ctx, tx, id)
		return err
	})
	h.reached("H26.1", id, Arrived)
	balance(t, h, "H26.1", id, map[string]*house{"H26.2": h, "H26.3": h})

	out, err := documents.FindIssued(ctx, h.office.DB, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"H26.2", "H26.3"} {
		p := h.taken(code)[0]
		in, err := documents.Receipt(ctx, h.office.DB, h.agency[code], refID(p.Ref, "incoming"))
		if err != nil {
			t.Fatal(err)
		}
		if in.DocumentID != out.DocumentID || in.Code() != out.NumberText || in.IssuedDate != out.IssuedDate || in.Subject != out.Subject ||
			in.SignerName != "Nguyễn Văn Nghĩa" || in.SenderAgency != int64(from.agency) || in.Verdict != documents.VerdictPassed {
			t.Errorf("%s took in %+v\nof %+v", code, in, out.Outgoing)
		}
		files, err := documents.Files(ctx, h.office.DB, h.clerk(code), p.Ref)
		if err != nil {
			t.Fatal(err)
		}
		if len(files) != len(out.Files) || len(files) == 0 || files[0].SHA != out.Files[0].SHA || !files[0].Main || files[0].Verdict != documents.VerdictPassed {
			t.Errorf("%s: files %+v of %+v", code, files, out.Files)
		}
	}

	receipt := refID(h.taken("H26.2")[0].Ref, "incoming")
	h.act(to.clerk, func(ctx context.Context, tx *store.Tx) error {
		_, err := documents.Register(ctx, tx, receipt, documents.RegisterForm{})
		return err
	})
	h.until("the sender knows the arrival number", func() bool { return h.lines("H26.1", id)[0].State == Registered })
	l := h.lines("H26.1", id)[0]
	if a := h.answers("H26.1", l.ID); len(a) != 2 || a[1].Code != "03" || a[1].By != "Lê Thị Hoa" || !a[1].Agreed {
		t.Errorf("answers %+v", a)
	}
}

// BenchmarkRealWay is BenchmarkThereAndBack with documents that were drafted, laid out, signed and sealed, and with the act of issuing measured too:
// eight agencies in a ring, two signatures of every PDF verified by its receiver.
func BenchmarkRealWay(b *testing.B) {
	var codes []string
	for i := range 8 {
		codes = append(codes, fmt.Sprintf("H26.%d", i+1))
	}
	h := build(b, axis.Config{}, codes, nil)
	h.office.consign, h.office.Resend = nil, nil
	desk := &documents.Desk{DB: h.office.DB, Blobs: h.office.Blobs, Keys: h.office.Keys, Trust: h.office.Trust}
	var people []staff
	for _, code := range codes {
		people = append(people, h.staffed(code))
	}
	ids := make([]int64, b.N)
	for i := range ids {
		ids[i] = h.drawn(desk, people[i%8], documents.ReceiverForm{Agency: people[(i+1)%8].agency, Role: documents.ForAction})
	}
	b.ResetTimer()
	used := cpuTime()
	stop := h.work()
	h.office.side(b.N, func(i int) {
		h.act(people[i%8].clerk, func(ctx context.Context, tx *store.Tx) error {
			_, err := documents.Issue(ctx, tx, ids[i])
			return err
		})
	})
	h.until("every document has its receipt", func() bool {
		n, err := store.One[int64](b.Context(), h.office.DB, sqlTestClosed)
		return err == nil && n == int64(b.N)
	})
	b.StopTimer()
	stop()
	b.ReportMetric(float64((cpuTime()-used).Microseconds())/1000/float64(b.N), "cpu-ms/document")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "documents/s")
}

var sqlTestClosed = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM exchange_deliveries WHERE state = 'arrived'`)
