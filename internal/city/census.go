package city

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"

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

// census fills the hall with the agencies of a whole city. What an earlier run has founded is read back: an agency with its people is one act, its
// certificates, delegations and absences are another, of its own administrator.
func (s *Seeder) census(ctx context.Context, w Whole) error {
	s.hall = &cityHall{agencies: wholeStructure(w)}
	c := &census{s: s, w: w, from: foundedOn(w), start: w.First(), end: calendar.DateOf(w.Now).AddDays(180), count: &progress{w: w, step: "Lập cơ quan, nhân sự, tài khoản, chứng thư số", total: len(s.hall.agencies)}}
	var err error
	if c.hash, err = s.sharedHash(ctx); err != nil {
		return err
	}
	c.shareOut()
	all := s.hall.agencies
	if err := c.found(ctx, 0); err != nil { // the city before everybody below it
		return err
	}
	for level := 1; level <= 2; level++ { // parents before children
		work, ctx := errgroup.WithContext(ctx)
		work.SetLimit(runtime.NumCPU() + 2)
		for i := 1; i < len(all); i++ {
			if (all[i].parent == theCity) == (level == 1) {
				work.Go(func() error { return c.found(ctx, i) })
			}
		}
		if err := work.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// foundedOn is when the agencies of a whole city began: well before the quarter, those of two levels not before there were any.
func foundedOn(w Whole) calendar.Date {
	const twoLevels calendar.Date = "2025-07-01"
	from := w.First().AddDays(-300)
	if w.Profile == TwoLevels && from.Before(twoLevels) && twoLevels.Before(w.First()) {
		return twoLevels
	}
	return from
}

// sharedHash is the one hash of the password that all accounts share, made once an installation.
func (s *Seeder) sharedHash(ctx context.Context) (string, error) {
	const setting = "city.hash"
	hash, err := store.Setting(ctx, s.DB, 0, setting, "")
	if err != nil || hash != "" {
		return hash, err
	}
	if hash, err = auth.HashPassword(ctx, Password); err != nil {
		return "", err
	}
	return hash, s.DB.Keep(ctx, func(tx *store.Tx) error { return tx.Set(ctx, 0, setting, hash) })
}

// census is the founding of a whole city.
type census struct {
	s           *Seeder
	w           Whole
	from, start calendar.Date
	end         calendar.Date // of what lasts for a time: half a year from now
	hash        string
	count       *progress
	fates       []fates
}

// fates are how many people of an agency are in a special position (C4.5).
type fates struct{ locked, leave, double int }

// shareOut spreads two accounts in a hundred that are locked or whose owner is on leave, and five whose owner has two posts, over the agencies.
func (c *census) shareOut() {
	all := c.s.hall.agencies
	total := 0
	for i := range all {
		before := total
		total += len(all[i].posts)
		share := func(percent int) int { return total*percent/100 - before*percent/100 }
		c.fates = append(c.fates, fates{share(1), share(2) - share(1), share(5)})
	}
}

// progress counts what several workers have done.
type progress struct {
	w     Whole
	step  string
	total int

	mu   sync.Mutex
	done int
}

func (p *progress) add() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.w.progress(p.step, p.done, p.total)
}

// found founds an agency unless it stands already.
func (c *census) found(ctx context.Context, i int) error {
	a := &c.s.hall.agencies[i]
	name := func(err error) error {
		if err != nil {
			err = fmt.Errorf("found %s: %w", a.name, err)
		}
		return err
	}
	known, err := c.readBack(ctx, a)
	if err == nil && !known {
		err = c.open(ctx, i)
	}
	if err != nil {
		return name(err)
	}
	if err := c.equip(ctx, i); err != nil {
		return name(err)
	}
	c.count.add()
	return nil
}

// open is one act of the installation: the agency, its units, everybody in it with his posts and account.
func (c *census) open(ctx context.Context, i int) error {
	all := c.s.hall.agencies
	a := &all[i]
	return c.s.DB.Write(ctx, installation, func(tx *store.Tx) error {
		r := rand.New(rand.NewPCG(c.w.Seed, 1000+uint64(i))) // here, because an act may be run again
		names := townsfolk(r, len(a.posts))
		form := org.AgencyForm{Code: a.code, Name: a.name, ShortName: a.short, Abbr: a.abbr, Level: a.level, Seat: a.seat, Collective: a.collective != "", CollectiveName: a.collective,
			HeadTitle: a.headTitle, Hosted: true, ValidFrom: c.from, Address: a.address, Email: "vanthu@" + a.slug + ".example", Website: "https://" + a.slug + ".example"}
		if a.parent >= 0 {
			form.ParentID = all[a.parent].id
		}
		opened, err := org.OpenAgency(ctx, tx, form)
		if err != nil {
			return err
		}
		a.id = opened.ID
		for n := range a.units {
			u, err := org.OpenUnit(ctx, tx, org.UnitForm{AgencyID: a.id, Name: a.units[n].name, Abbr: a.units[n].abbr, Kind: a.units[n].kind, Place: int64(n + 1), ValidFrom: c.from})
			if err != nil {
				return err
			}
			a.units[n].id = u.ID
		}
		return c.staff(ctx, tx, r, i, names)
	})
}

// staff enrols the people of an agency, many to a statement, appoints them and opens their accounts.
func (c *census) staff(ctx context.Context, tx *store.Tx, r *rand.Rand, i int, names []string) error {
	a := &c.s.hall.agencies[i]
	people := make([]org.PersonForm, len(a.posts))
	for n := range a.posts {
		p := &a.posts[n]
		p.name = names[n]
		people[n] = org.PersonForm{Name: p.name, Email: p.login + "@" + a.slug + ".hanoi.example", Phone: "024 0000 0000", HomeAgency: a.id}
	}
	enrolled, err := org.EnrolAll(ctx, tx, a.id, people)
	if err != nil {
		return err
	}
	forms := make([]org.HoldingForm, len(a.posts))
	accounts := make([]auth.Opening, len(a.posts))
	for n := range a.posts {
		p := &a.posts[n]
		p.person = enrolled[n].ID
		from, until := c.from.AddDays(r.IntN(200)), calendar.Date("")
		if p.rank == org.RankHead || p.rank == org.RankDeputy {
			for until = from; until.Before(c.end); { // terms of five years
				until = calendar.NewDate(until.Year()+5, until.Month(), min(until.Day(), 28))
			}
		}
		forms[n] = org.HoldingForm{PersonID: p.person, AgencyID: a.id, UnitID: a.unit(p.unit).id, Title: p.title, Rank: p.rank, Kind: p.kind, Roles: p.roles, ValidFrom: from, ValidTo: until}
		accounts[n] = auth.Opening{Person: p.person, Login: p.login + "." + a.slug, Hash: c.hash, Demo: shown(i, p)}
	}
	held, err := org.AppointAll(ctx, tx, a.id, append(forms, c.second(r, i, forms)...))
	if err != nil {
		return err
	}
	for n := range a.posts {
		a.posts[n].hold(a, held[n])
	}
	if err := c.lend(ctx, tx, r, i, forms); err != nil {
		return err
	}
	return auth.PutAccounts(ctx, tx, a.id, accounts)
}

// shown tells whose accounts the sign-in page of a demonstration offers: the first agencies' people that a visitor wants to be.
func shown(i int, p *post) bool {
	switch p.login {
	case "truongphong", "chuyenvien1", "vanthu", "quantri":
		return i < 6
	}
	return i < 6 && (p.rank == org.RankHead || p.login == "phochutich" || p.login == "phogiamdoc")
}

func (p *post) hold(a *agency, h org.Holding) {
	p.holding = h.ID
	p.actor = store.Actor{Person: int64(p.person), Holding: int64(h.ID), Agency: int64(a.id), Unit: int64(h.UnitID), Roles: h.Roles, Via: store.ViaWeb}.Vouched()
}

// second are the second posts within the agency of those who have two: specialists who also work in another unit. One in four works in the agency above
// instead (lend), where there is one.
func (c *census) second(r *rand.Rand, i int, forms []org.HoldingForm) (out []org.HoldingForm) {
	a := &c.s.hall.agencies[i]
	for k, n := range c.doubles(i) {
		if a.parent >= 0 && k%4 == 3 {
			continue
		}
		f := forms[n]
		unit := &a.units[r.IntN(len(a.units))]
		for unit.id == f.UnitID {
			unit = &a.units[r.IntN(len(a.units))]
		}
		f.UnitID, f.Kind, f.Rank, f.Roles, f.ValidFrom, f.ValidTo = unit.id, org.Concurrent, org.RankStaff, store.Specialist, c.from.AddDays(200+r.IntN(60)), ""
		f.Title = "Chuyên viên kiêm nhiệm"
		out = append(out, f)
	}
	return out
}

// lend sends people of an agency to the one above it for a time.
func (c *census) lend(ctx context.Context, tx *store.Tx, r *rand.Rand, i int, forms []org.HoldingForm) error {
	a := &c.s.hall.agencies[i]
	if a.parent < 0 {
		return nil
	}
	above := &c.s.hall.agencies[a.parent]
	for k, n := range c.doubles(i) {
		if k%4 != 3 {
			continue
		}
		f := org.HoldingForm{PersonID: forms[n].PersonID, AgencyID: above.id, UnitID: above.units[r.IntN(len(above.units))].id, Title: "Chuyên viên biệt phái", Rank: org.RankStaff, Kind: org.Seconded,
			Roles: store.Specialist, ValidFrom: c.from.AddDays(200 + r.IntN(60)), ValidTo: c.end}
		if _, err := org.Appoint(ctx, tx, f); err != nil {
			return err
		}
	}
	return nil
}

// doubles and idle are places of posts of specialists: who has two posts, and who is locked or away. They are the last ones, whom the quarter's work needs least.
func (c *census) doubles(i int) []int { return c.lastStaff(i, 0, c.fates[i].double) }
func (c *census) idle(i int) []int {
	f := c.fates[i]
	return c.lastStaff(i, f.double, f.locked+f.leave)
}

func (c *census) lastStaff(i, skip, n int) (out []int) {
	a := &c.s.hall.agencies[i]
	for k := len(a.posts) - 1; k >= 0 && len(out) < n; k-- {
		if p := &a.posts[k]; p.rank == org.RankStaff && p.roles == store.Specialist && p.login != "chuyenvien1" {
			if skip--; skip < 0 {
				out = append(out, k)
			}
		}
	}
	return out
}

// readBack finds an agency that an earlier run has founded, with everybody in it.
func (c *census) readBack(ctx context.Context, a *agency) (bool, error) {
	db := c.s.DB
	found, err := org.AgencyByCode(ctx, db, a.code, c.start)
	if errors.Is(err, store.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	a.id = found.ID
	units, err := org.Units(ctx, db, a.id)
	if err != nil {
		return false, err
	}
	for _, u := range units {
		for n := range a.units {
			if a.units[n].name == u.Name {
				a.units[n].id = u.ID
			}
		}
	}
	accounts, err := auth.Accounts(ctx, db, installation, a.id)
	if err != nil {
		return false, err
	}
	owner := make(map[string]org.PersonID, len(accounts))
	for _, k := range accounts {
		owner[k.Login] = org.PersonID(k.PersonID)
	}
	staff, err := org.StaffSince(ctx, db, a.id, c.from)
	if err != nil {
		return false, err
	}
	held := make(map[org.PersonID]org.Holding, len(staff))
	for _, h := range staff {
		if h.Kind != org.Concurrent && h.Kind != org.Seconded {
			held[h.PersonID] = h
		}
	}
	for n := range a.posts {
		p := &a.posts[n]
		h, ok := held[owner[p.login+"."+a.slug]]
		if !ok {
			return false, fmt.Errorf("%s of %s is missing: this is not the city that was begun here", p.login, a.code)
		}
		p.person, p.name = h.PersonID, h.PersonName
		p.hold(a, h)
	}
	return true, nil
}

// equip is one act of the agency's administrator: certificates of the agency and of all who sign, delegations, locked accounts and absences.
func (c *census) equip(ctx context.Context, i int) error {
	s, a := c.s, &c.s.hall.agencies[i]
	for _, n := range c.idle(i) {
		a.posts[n].idle = true
	}
	admin := a.post("quantri").actor
	bound, err := documents.Certificates(ctx, s.DB, admin)
	if err != nil || len(bound) > 0 {
		return err
	}
	forms, err := c.certificates(ctx, a)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, admin, func(tx *store.Tx) error {
		for _, f := range forms {
			if _, err := documents.BindCertificate(ctx, tx, f); err != nil {
				return err
			}
		}
		if err := delegate(ctx, tx, a, c.start, c.end); err != nil {
			return err
		}
		return c.retire(ctx, tx, i)
	})
}

// certificates are the keys of an agency: its own and those of everybody who signs, put into the store of keys with their pictures.
func (c *census) certificates(ctx context.Context, a *agency) ([]documents.CertificateForm, error) {
	day := c.start.At(0, 0)
	valid := keys.Period{From: day.AddDate(-1, 0, 0), Until: c.end.At(0, 0).AddDate(3, 0, 0)}
	seal, err := c.s.Authority.Agency(a.name, a.code, valid)
	if err != nil {
		return nil, err
	}
	f := documents.CertificateForm{Owner: documents.OwnerAgency, OwnerID: int64(a.id), KeyName: exchange.KeyName(a.code)}
	if err := c.keep(ctx, &f, seal, paper.SmallSealImage, a.name); err != nil {
		return nil, err
	}
	forms := []documents.CertificateForm{f}
	for n := range a.posts {
		p := &a.posts[n]
		if !p.signs {
			continue
		}
		id, err := c.s.Authority.Person(p.name, p.title, a.name, valid)
		if err != nil {
			return nil, err
		}
		f := documents.CertificateForm{Owner: documents.OwnerPerson, OwnerID: int64(p.person), KeyName: "person-" + p.login + "." + a.slug}
		if err := c.keep(ctx, &f, id, paper.SmallSignatureImage, p.name); err != nil {
			return nil, err
		}
		forms = append(forms, f)
	}
	return forms, nil
}

func (c *census) keep(ctx context.Context, f *documents.CertificateForm, id *keys.Identity, sample func(string) ([]byte, error), name string) (err error) {
	f.DER, f.Method = id.Certificate.Raw, documents.MethodServerKey
	if err = c.s.Desk.Keys.Put(f.KeyName, id.Key, id.Certificate, id.Chain); err == nil {
		f.Image, err = picture(ctx, c.s.Desk.Blobs, sample, name)
	}
	return err
}

// delegate lets heads of units sign by order, and one by authorisation, in writing and for a time (D6.5, D6.6).
func delegate(ctx context.Context, tx *store.Tx, a *agency, start, end calendar.Date) error {
	for n := range a.posts {
		p := &a.posts[n]
		if p.rank != org.RankUnitHead || !p.signs {
			continue
		}
		f := org.DelegationForm{AgencyID: a.id, Capacity: "TL", FromHolding: a.head().holding, ToHolding: p.holding, Types: letters, Reference: "Quy chế làm việc của " + a.name, ValidFrom: start}
		if p.login != "truongphong" {
			f.Capacity, f.Types, f.Reference, f.ValidTo = "TUQ", []string{"CONG_VAN"}, "Giấy ủy quyền của "+lower(a.headTitle)+" "+a.name, end
		}
		if _, err := org.Delegate(ctx, tx, f); err != nil {
			return err
		}
	}
	return nil
}

// retire locks accounts, and enters who is away for longer and who stands in.
func (c *census) retire(ctx context.Context, tx *store.Tx, i int) error {
	a := &c.s.hall.agencies[i]
	for k, n := range c.idle(i) {
		p := &a.posts[n]
		if k < c.fates[i].locked {
			if err := auth.LockAccount(ctx, tx, int64(p.person)); err != nil {
				return err
			}
			continue
		}
		f := org.StandInForm{Kind: org.StandInAbsence, Principal: p.holding, Deputy: a.post("chuyenvien1").holding, Scope: org.ScopeSight, Reason: "Nghỉ chế độ", ValidFrom: c.start, ValidTo: c.end}
		if _, err := org.SetStandIn(ctx, tx, f); err != nil {
			return err
		}
	}
	return nil
}
