package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/store"
)

// benchRun holds what the measurements share: a folder (or database) of their own, removed afterwards unless it was named.
type benchRun struct {
	w        *world
	settings *settings
	rows     int
	span     time.Duration

	dir       string
	temporary bool
	in        *installation
	authority *keys.TestAuthority
	offices   []*office
	filled    bool

	towns   []string // where the exchange is measured
	founded int      // agencies in the database of the cluster
	profile string
	only    string // part of the names of the cases to measure
}

// office is a small agency that can do the whole way: somebody drafts, the head signs, the clerk releases, registers and submits.
type office struct {
	agency                              *org.Agency
	drafter, head, clerk, administrator store.Actor
}

func (b *benchRun) prepare() (err error) {
	b.dir = b.settings.Data
	if b.dir == "data" {
		b.temporary = true
		if b.dir, err = os.MkdirTemp("", "congvu-bench-"); err != nil {
			return err
		}
		b.settings.Data = b.dir
	}
	return os.MkdirAll(b.dir, 0o700)
}

func (b *benchRun) clean() {
	b.in.Close()
	if b.temporary {
		os.RemoveAll(b.dir)
	}
}

func (b *benchRun) engine() store.Engine {
	if b.in == nil {
		return ""
	}
	return b.in.DB.Engine()
}

// open opens the installation once, with its axis, and gives it n offices.
func (b *benchRun) open(ctx context.Context, n int) error {
	if b.in == nil {
		in, err := openServing(ctx, b.settings, opening{migrate: true, allowTest: true}, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		b.in = in
		if b.authority, err = testTrust(in, filepath.Join(b.dir, "trust")); err != nil {
			return err
		}
		b.in.Desk.Trust, b.in.Exchange.Trust = in.Trust, in.Trust
	}
	for len(b.offices) < n {
		o, err := openOffice(ctx, b.in, b.authority, len(b.offices))
		if err != nil {
			return err
		}
		b.offices = append(b.offices, o)
	}
	return nil
}

// testTrust founds a worthless authority and lets this installation believe it: for measurements and tests, never for real work.
func testTrust(in *installation, dir string) (*keys.TestAuthority, error) {
	now := time.Now()
	authority, err := keys.NewTestAuthority(keys.TestOptions{From: now.AddDate(-1, 0, 0), Until: now.AddDate(5, 0, 0)})
	if err != nil {
		return nil, err
	}
	if err := authority.WriteTrust(dir); err != nil {
		return nil, err
	}
	if in.Trust, err = keys.LoadTrust(dir); err != nil {
		return nil, err
	}
	in.Trust.AllowTest = true
	in.Desk.Trust, in.Exchange.Trust = in.Trust, in.Trust
	return authority, nil
}

// openOffice founds agency number n with its people, posts, keys and certificates.
func openOffice(ctx context.Context, in *installation, authority *keys.TestAuthority, n int) (*office, error) {
	o := &office{}
	name := fmt.Sprintf("Sở Thử nghiệm số %d", n+1)
	system := store.Actor{Via: store.ViaSystem}
	from := calendar.DateOf(in.DB.Now().Time()).AddDays(-30)
	err := in.DB.Write(ctx, system, func(tx *store.Tx) (err error) {
		o.agency, err = org.OpenAgency(ctx, tx, org.AgencyForm{Code: fmt.Sprintf("H26.9%03d", n), Name: name, Abbr: fmt.Sprintf("STN%d", n+1), Level: org.Department,
			Seat: "Hà Nội", HeadTitle: "GIÁM ĐỐC", Hosted: true, ValidFrom: from})
		if err != nil {
			return err
		}
		unit, err := org.OpenUnit(ctx, tx, org.UnitForm{AgencyID: o.agency.ID, Name: "Văn phòng", Abbr: "VP", Kind: "văn phòng", ValidFrom: from})
		if err != nil {
			return err
		}
		for _, p := range []struct {
			into  *store.Actor
			name  string
			title string
			rank  org.Rank
			roles store.Roles
			unit  org.UnitID
		}{
			{&o.head, "Nguyễn Văn Nghĩa", "Giám đốc", org.RankHead, 0, 0}, {&o.drafter, "Trần Thị Vĩnh", "Chuyên viên", org.RankStaff, store.Specialist, unit.ID},
			{&o.clerk, "Lê Thị Hoa", "Văn thư", org.RankStaff, store.Clerk, unit.ID}, {&o.administrator, "Phạm Đức Lĩnh", "Quản trị", org.RankStaff, store.AgencyAdmin, unit.ID},
		} {
			if *p.into, err = appointed(ctx, tx, o.agency.ID, p.unit, p.name, p.title, p.rank, p.roles, from); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return o, o.bind(ctx, in, authority, name)
}

func appointed(ctx context.Context, tx *store.Tx, agency org.AgencyID, unit org.UnitID, name, title string, rank org.Rank, roles store.Roles, from calendar.Date) (store.Actor, error) {
	p, err := org.Enrol(ctx, tx, org.PersonForm{Name: name, HomeAgency: agency})
	if err != nil {
		return store.Actor{}, err
	}
	h, err := org.Appoint(ctx, tx, org.HoldingForm{PersonID: p.ID, AgencyID: agency, UnitID: unit, Title: title, Rank: rank, Roles: roles, ValidFrom: from})
	if err != nil {
		return store.Actor{}, err
	}
	return store.Actor{Person: int64(p.ID), Holding: int64(h.ID), Agency: int64(agency), Unit: int64(unit), Roles: h.Roles, Via: store.ViaWeb}.Vouched(), nil
}

// bind gives the head and the agency a key each and has the administrator approve the certificates.
func (o *office) bind(ctx context.Context, in *installation, authority *keys.TestAuthority, name string) error {
	valid := keys.Period{From: time.Now().AddDate(0, -1, 0), Until: time.Now().AddDate(2, 0, 0)}
	person, err := authority.Person("Nguyễn Văn Nghĩa", "Giám đốc", name, valid)
	if err != nil {
		return err
	}
	agency, err := authority.Agency(name, o.agency.Code, valid)
	if err != nil {
		return err
	}
	for _, c := range []struct {
		key, owner string
		id         int64
		identity   *keys.Identity
	}{{fmt.Sprintf("person-%d", o.head.Person), documents.OwnerPerson, o.head.Person, person},
		{fmt.Sprintf("agency-%d", o.agency.ID), documents.OwnerAgency, int64(o.agency.ID), agency}} {
		if err := in.Keys.Put(c.key, c.identity.Key, c.identity.Certificate, c.identity.Chain); err != nil {
			return err
		}
		err := in.DB.Write(ctx, o.administrator, func(tx *store.Tx) error {
			_, err := documents.BindCertificate(ctx, tx, documents.CertificateForm{Owner: c.owner, OwnerID: c.id, DER: c.identity.Certificate.Raw, KeyName: c.key, Method: documents.MethodServerKey})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// signed brings a new document for a receiver to the point where the clerk releases it.
func (o *office) signed(ctx context.Context, in *installation, to *office) (int64, error) {
	id, err := o.approved(ctx, in, to)
	if err == nil {
		_, err = documents.Sign(ctx, in.Desk, o.head, id, "", true)
	}
	return id, err
}

// approved brings a new document for a receiver to the point where the head signs it.
func (o *office) approved(ctx context.Context, in *installation, to *office) (int64, error) {
	return o.drafted(ctx, in, to, func(id int64) error {
		_, err := documents.Lay(ctx, in.Desk, o.drafter, id)
		return err
	})
}

// drafted does the same with a main file that main makes.
func (o *office) drafted(ctx context.Context, in *installation, to *office, main func(id int64) error) (int64, error) {
	var id int64
	err := in.DB.Write(ctx, o.drafter, func(tx *store.Tx) error {
		d, err := documents.Draft(ctx, tx, documents.DraftForm{TypeCode: "CONG_VAN", Subject: "đo tốc độ liên thông văn bản điện tử", Addressees: []string{to.agency.Name},
			Body:      "Thực hiện kế hoạch kiểm tra hệ thống quản lý văn bản và điều hành, cơ quan gửi văn bản này để đo thời gian liên thông.\nTrân trọng./.",
			Receivers: []documents.ReceiverForm{{Agency: to.agency.ID, Role: documents.ForAction}}, Signer: org.HoldingID(o.head.Holding), KeptCopies: 1})
		if err == nil {
			id = d.ID
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	if err := main(id); err != nil {
		return 0, err
	}
	if err := in.DB.Write(ctx, o.drafter, func(tx *store.Tx) error {
		return documents.Submit(ctx, tx, id, org.HoldingID(o.head.Holding), "Kính trình")
	}); err != nil {
		return 0, err
	}
	return id, in.DB.Write(ctx, o.head, func(tx *store.Tx) error { return documents.Approve(ctx, tx, id, "Đồng ý", 0) })
}

// parallel does n things, two at a time for each processor, and gives the first error.
func parallel(n, callers int, act func(i int) error) error {
	next := make(chan int)
	errs := make(chan error, callers)
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for i := range next {
				if err := act(i); err != nil {
					errs <- err
					for range next { // let the feeder end
					}
					return
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}
