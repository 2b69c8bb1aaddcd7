package city

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"congvu/internal/auth"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/paper"
	"congvu/internal/store"

	"golang.org/x/sync/errgroup"
)

// Authority founds the worthless authority behind the certificates of a sample city; the same seed gives the same keys. The installation
// must believe it (WriteTrust) and allow test certificates before it is opened.
func Authority(seed uint64, now time.Time) (*keys.TestAuthority, error) {
	now = now.Truncate(time.Second) // certificates keep no more of it
	return authority(seed, now.AddDate(-2, 0, 0), now.AddDate(8, 0, 0))
}

// Services is where the authority of a sample city says that it answers about its certificates. The address leads nowhere: a demonstration
// lets a simulator answer within the process.
const Services = "http://authority.congvu.test"

func authority(seed uint64, from, until time.Time) (*keys.TestAuthority, error) {
	return keys.NewTestAuthority(keys.TestOptions{From: from, Until: until, Seed: fmt.Appendf(nil, "congvu sample city %d", seed), Services: Services})
}

// AuthorityOf founds the authority of a sample city again, so that its services can go on answering; nil when none of the roots is its own, or
// none is believed for time stamps.
func AuthorityOf(seed uint64, roots []keys.Pin) (*keys.TestAuthority, error) {
	for _, p := range roots {
		if !p.Test || p.Certificate == nil || !slices.Contains(p.Purposes, keys.PurposeTimestamp) {
			continue
		}
		a, err := authority(seed, p.Certificate.NotBefore, p.Certificate.NotAfter)
		if err != nil || bytes.Equal(a.Root.Certificate.RawSubjectPublicKeyInfo, p.Certificate.RawSubjectPublicKeyInfo) {
			return a, err
		}
	}
	return nil, nil
}

// cityHall is what the steps of the plan share.
type cityHall struct {
	agencies []agency
}

// found opens the agencies with units, people, posts, accounts and delegations.
func (s *Seeder) found(ctx context.Context, o Options) error {
	s.hall = &cityHall{agencies: structure()}
	r := rand.New(rand.NewPCG(o.Seed, 1))
	all := s.hall.agencies
	people := 0
	for i := range all {
		people += len(all[i].posts)
	}
	drawn := names(r, people)
	hash, err := auth.HashPassword(ctx, Password)
	if err != nil {
		return err
	}
	from := calendar.DateOf(s.Clock.Now()).AddDays(-300)
	for i := range all {
		a := &all[i]
		if i == theCity {
			a.parent = -1
		}
		if err := s.open(ctx, r, a, from, drawn[:len(a.posts)], hash); err != nil {
			return fmt.Errorf("found %s: %w", a.name, err)
		}
		drawn = drawn[len(a.posts):]
		o.progress("Lập cơ quan, đơn vị, nhân sự, tài khoản", i+1, len(all))
	}
	return s.extras(ctx, from)
}

var installation = store.Actor{Via: store.ViaSystem}

// open is one act: the agency and everybody in it.
func (s *Seeder) open(ctx context.Context, r *rand.Rand, a *agency, from calendar.Date, names []string, hash string) error {
	ages := make([]int, len(a.posts))
	for i := range ages {
		ages[i] = r.IntN(260)
	}
	return s.DB.Write(ctx, installation, func(tx *store.Tx) error {
		form := org.AgencyForm{Code: a.code, Name: a.name, ShortName: a.short, Abbr: a.abbr, Level: a.level, Seat: a.seat, Collective: a.collective != "", CollectiveName: a.collective,
			HeadTitle: a.headTitle, Hosted: true, ValidFrom: from, Address: a.address, Email: "vanthu@" + a.slug + ".example", Website: "https://" + a.slug + ".example"}
		if a.parent >= 0 {
			form.ParentID = s.hall.agencies[a.parent].id
		}
		opened, err := org.OpenAgency(ctx, tx, form)
		if err != nil {
			return err
		}
		a.id = opened.ID
		for i := range a.units {
			u, err := org.OpenUnit(ctx, tx, org.UnitForm{AgencyID: a.id, Name: a.units[i].name, Abbr: a.units[i].abbr, Kind: a.units[i].kind, Place: int64(i + 1), ValidFrom: from})
			if err != nil {
				return err
			}
			a.units[i].id = u.ID
		}
		for i := range a.posts {
			if err := enrol(ctx, tx, a, &a.posts[i], names[i], from.AddDays(ages[i]%200), hash); err != nil {
				return err
			}
		}
		return nil
	})
}

func enrol(ctx context.Context, tx *store.Tx, a *agency, p *post, name string, from calendar.Date, hash string) error {
	p.name = name
	login := p.login + "." + a.slug
	e, err := org.Enrol(ctx, tx, org.PersonForm{Name: name, Email: login + "@hanoi.example", Phone: "024 0000 0000", HomeAgency: a.id})
	if err != nil {
		return err
	}
	p.person = e.ID
	until := calendar.Date("")
	if p.rank == org.RankHead || p.rank == org.RankDeputy {
		until = calendar.NewDate(from.Year()+5, from.Month(), min(from.Day(), 28)) // a term
	}
	if err := appoint(ctx, tx, a, p, from, until); err != nil {
		return err
	}
	return auth.PutAccount(ctx, tx, auth.Opening{Person: p.person, Login: login, Hash: hash, Demo: true})
}

func appoint(ctx context.Context, tx *store.Tx, a *agency, p *post, from, until calendar.Date) error {
	h, err := org.Appoint(ctx, tx, org.HoldingForm{PersonID: p.person, AgencyID: a.id, UnitID: a.unit(p.unit).id, Title: p.title, Rank: p.rank, Kind: p.kind, Roles: p.roles,
		ValidFrom: from, ValidTo: until})
	if err != nil {
		return err
	}
	p.holding = h.ID
	p.actor = store.Actor{Person: int64(p.person), Holding: int64(h.ID), Agency: int64(a.id), Unit: int64(h.UnitID), Roles: h.Roles, Via: store.ViaWeb}.Vouched()
	return nil
}

// letters are the types that heads of unit sign by order.
var letters = []string{"CONG_VAN", "GIAY_MOI", "THONG_BAO"}

// extras are the things that make an organisation real: a person with two posts, delegations, a post that ended.
func (s *Seeder) extras(ctx context.Context, from calendar.Date) error {
	all := s.hall.agencies
	start := calendar.DateOf(s.Clock.Now())
	return s.DB.Write(ctx, installation, func(tx *store.Tx) error {
		town, office := &all[theCity], &all[theOffice]
		chief := *office.head() // the head of the office also signs TL. the chairman
		chief.login, chief.unit, chief.rank, chief.kind, chief.roles, chief.title, chief.signs = "chanhvanphong", "VP", org.RankUnitHead, org.Concurrent, store.UnitHead, "Chánh Văn phòng", true
		if err := appoint(ctx, tx, town, &chief, start.AddDays(-40), ""); err != nil {
			return err
		}
		town.posts = append(town.posts, chief)
		second := *office.clerk()
		second.login, second.unit, second.kind = "vanthu2", "VP", org.Concurrent
		if err := appoint(ctx, tx, town, &second, start.AddDays(-40), ""); err != nil {
			return err
		}
		left := all[2].post("chuyenvien2") // somebody moved house within the agency last year
		former := org.HoldingForm{PersonID: left.person, AgencyID: all[2].id, UnitID: all[2].units[2].id, Title: "Chuyên viên", Rank: org.RankStaff, Roles: store.Specialist, ValidFrom: from, ValidTo: start.AddDays(-60)}
		if _, err := org.Appoint(ctx, tx, former); err != nil {
			return err
		}
		for i := range all {
			a := &all[i]
			for j := range a.posts {
				p := &a.posts[j]
				if p.rank != org.RankUnitHead || !p.signs {
					continue
				}
				f := org.DelegationForm{AgencyID: a.id, Capacity: "TL", FromHolding: a.head().holding, ToHolding: p.holding, Types: letters, Reference: "Quy chế làm việc của " + a.name, ValidFrom: start}
				if p.login == "truongphong" { // in writing, for a time, one type (D6.6)
					f.Capacity, f.Types, f.Reference, f.ValidTo = "TUQ", []string{"CONG_VAN"}, "Giấy ủy quyền của "+lower(a.headTitle)+" "+a.name, start.AddDays(180)
				}
				if _, err := org.Delegate(ctx, tx, f); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// giveKeys lets every agency and everybody who signs have a key of the test authority, bound by the agency's administrator.
func (s *Seeder) giveKeys(ctx context.Context, o Options) error {
	all := s.hall.agencies
	done := 0
	ring := &keyRing{s: s, pens: map[org.PersonID]documents.CertificateForm{}, busy: map[org.PersonID]bool{}}
	for _, w := range s.plan.written {
		ring.busy[w.signer.person] = true
	}
	if err := ring.give(ctx, &all[theOffice]); err != nil { // before the city: its head signs for both
		return err
	}
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.NumCPU())
	for i := range all {
		work.Go(func() error {
			if i != theOffice {
				if err := ring.give(ctx, &all[i]); err != nil {
					return err
				}
			}
			ring.mu.Lock()
			defer ring.mu.Unlock()
			done++
			o.progress("Cấp chứng thư số thử nghiệm", done, len(all))
			return nil
		})
	}
	return work.Wait()
}

// keyRing remembers who has a key already: one key serves a person in all his posts.
type keyRing struct {
	s    *Seeder
	busy map[org.PersonID]bool // who signs in the quarter
	mu   sync.Mutex
	pens map[org.PersonID]documents.CertificateForm
}

func (k *keyRing) give(ctx context.Context, a *agency) error {
	s := k.s
	now := s.DB.Now().Time()
	valid := keys.Period{From: now.AddDate(-1, 0, 0), Until: now.AddDate(5, 0, 0)}
	seal, err := s.Authority.Agency(a.name, a.code, valid)
	if err != nil {
		return err
	}
	f := documents.CertificateForm{Owner: documents.OwnerAgency, OwnerID: int64(a.id), KeyName: exchange.KeyName(a.code)}
	if err := k.keep(ctx, &f, seal, paper.SmallSealImage, a.name, true); err != nil {
		return err
	}
	forms := []documents.CertificateForm{f}
	for i := range a.posts {
		p := &a.posts[i]
		if !p.signs {
			continue
		}
		k.mu.Lock()
		f, have := k.pens[p.person]
		k.mu.Unlock()
		if !have {
			id, err := s.Authority.Person(p.name, p.title, a.name, valid)
			if err != nil {
				return err
			}
			f = documents.CertificateForm{Owner: documents.OwnerPerson, OwnerID: int64(p.person), KeyName: "person-" + p.login + "." + a.slug}
			if err := k.keep(ctx, &f, id, paper.SmallSignatureImage, p.name, k.busy[p.person]); err != nil {
				return err
			}
			k.mu.Lock()
			k.pens[p.person] = f
			k.mu.Unlock()
		}
		forms = append(forms, f)
	}
	err = s.DB.Write(ctx, a.post("quantri").actor, func(tx *store.Tx) error {
		for _, f := range forms {
			if _, err := documents.BindCertificate(ctx, tx, f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("certificates of %s: %w", a.name, err)
	}
	return nil
}

// keep puts an identity into the store of keys, draws its picture if it is to be used often, and completes the form that asks for its binding.
func (k *keyRing) keep(ctx context.Context, f *documents.CertificateForm, id *keys.Identity, sample func(string) ([]byte, error), name string, often bool) (err error) {
	f.DER, f.Method = id.Certificate.Raw, documents.MethodServerKey
	if err = k.s.Desk.Keys.Put(f.KeyName, id.Key, id.Certificate, id.Chain); err == nil && often {
		f.Image, err = picture(ctx, k.s.Desk.Blobs, sample, name)
	}
	return err
}
