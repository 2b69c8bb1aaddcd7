package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"congvu/internal/auth"
	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// duty is what a simulated person does all morning.
type duty int

const (
	dutySpecialist duty = iota
	dutyUnitHead
	dutyLeader
	dutyClerk
)

// person is one of the simulated people: an account in a post, a browser, and what he remembers of the pages he has seen.
type person struct {
	*browser
	town     *cityCast
	login    string
	name     string
	employer string // the agency's name
	from     string // the address of his desk
	duty     duty
	agency   int64
	unit     int64
	holding  int64
	chance   *rand.Rand

	next           *visit   // what he does next because of the page before him
	in, out, files []string // documents and files he has seen the addresses of
	here           string   // the list that is open
	stale          chan struct{}
	refreshed      time.Time // when the open page last fetched itself
}

// cityCast is the cast: everybody who may be simulated, and what the people tell each other beside the program.
type cityCast struct {
	people   []*person // those who are simulated, in the order in which they come
	agencies []int64   // hosted, by id
	password string
	accounts int
	seats    int // posts that could be simulated

	measuring *auth.Measuring
	logins    map[org.PersonID]string
	most      map[int64]int // accounts by agency

	claimed sync.Map              // documents that somebody has in hand
	review  map[int64]chan string // by post: drafts that wait for the post's word
	mates   map[int64][]*person   // by agency: those who are simulated
	signers map[int64]string      // by agency: the name of its head
	numbers atomic.Int64
	sse     struct{ received, missed atomic.Int64 }
}

// castTown chooses who is simulated: in every agency, as far as n reaches, its head, its clerk, a head of unit and a specialist, then others by chance. With more
// people than accounts, accounts are used several times. Only accounts of a sample city are used.
func castTown(ctx context.Context, db *store.DB, n int, password string, seed uint64) (*cityCast, error) {
	measuring, err := auth.Measure(ctx, db)
	if err != nil {
		return nil, err
	}
	agencies, err := org.HostedAgencies(ctx, db)
	if err != nil {
		return nil, err
	}
	t := &cityCast{password: password, measuring: measuring, logins: map[org.PersonID]string{}, most: map[int64]int{}, review: map[int64]chan string{}, mates: map[int64][]*person{}, signers: map[int64]string{}}
	chance := rand.New(rand.NewPCG(seed, 1))
	slices.SortFunc(agencies, func(a, b org.Agency) int { return int(min(max(a.ID-b.ID, -1), 1)) })
	for _, a := range agencies {
		accounts, err := measuring.Accounts(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		for _, x := range accounts {
			if x.State == "active" && !x.MustChange {
				t.logins[org.PersonID(x.PersonID)] = x.Login
				t.most[int64(a.ID)]++
			}
		}
		t.accounts += len(accounts)
		t.agencies = append(t.agencies, int64(a.ID))
	}
	chance.Shuffle(len(agencies), func(i, j int) { agencies[i], agencies[j] = agencies[j], agencies[i] })
	var first, rest []*person
	wanted := min(len(agencies), max(n/4, 1))
	today := calendar.DateOf(db.Now().Time())
	for _, a := range agencies[:wanted] {
		core, others, err := t.staff(ctx, db, a.ID, today)
		if err != nil {
			return nil, err
		}
		first, rest = append(first, core...), append(rest, others...)
	}
	chance.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	all := append(first, rest...)
	if t.seats = len(all); t.seats == 0 {
		return nil, errors.New("không có ai giữ chức vụ trong các cơ quan của bản cài đặt này")
	}
	for i := range n {
		p := *all[i%len(all)]
		p.chance = rand.New(rand.NewPCG(seed, uint64(i)+2))
		p.stale = make(chan struct{}, 1)
		p.from = fmt.Sprintf("10.%d.%d.%d", 1+i>>16, i>>8&255, i&255)
		t.people = append(t.people, &p)
		t.mates[p.agency] = append(t.mates[p.agency], &p)
	}
	return t, nil
}

// staff lists who works in an agency: those without whom no document goes its way, and the others.
func (t *cityCast) staff(ctx context.Context, db *store.DB, agency org.AgencyID, today calendar.Date) (core, others []*person, err error) {
	held, err := org.Staff(ctx, db, agency, today)
	if err != nil {
		return nil, nil, err
	}
	seen := map[org.PersonID]bool{}
	have := map[duty]bool{}
	for _, h := range held {
		login := t.logins[h.PersonID]
		if login == "" || seen[h.PersonID] {
			continue
		}
		seen[h.PersonID] = true
		p := &person{town: t, login: login, name: h.PersonName, employer: h.AgencyName, agency: int64(agency), unit: int64(h.UnitID), holding: int64(h.ID)}
		first, err := org.Holdings(ctx, db, h.PersonID, today) // a session acts in the first of a person's posts
		if err != nil {
			return nil, nil, err
		}
		if len(first) == 0 || first[0].ID != h.ID {
			continue
		}
		switch {
		case h.Roles.Has(store.Clerk):
			p.duty = dutyClerk
		case h.Roles.Has(store.Leader):
			p.duty = dutyLeader
		case h.Roles.Has(store.UnitHead):
			p.duty = dutyUnitHead
		case h.Roles.Has(store.Specialist):
			p.duty = dutySpecialist
		default:
			continue
		}
		if p.duty == dutyLeader && t.signers[p.agency] == "" {
			t.signers[p.agency] = p.name
		}
		t.review[p.holding] = make(chan string, 256)
		if have[p.duty] {
			others = append(others, p)
		} else {
			core = append(core, p)
		}
		have[p.duty] = true
	}
	return core, others, nil
}

// seat opens a session for each without 3,000 computations of argon2id; the sign-ins of the load itself are real ones.
func (t *cityCast) seat(ctx context.Context, people []*person) error {
	return parallel(len(people), 16, func(i int) error {
		token, err := t.measuring.Open(ctx, people[i].login, people[i].from)
		if err != nil {
			return fmt.Errorf("%s: %w", people[i].login, err)
		}
		people[i].browser = &browser{address: people[i].from, cookies: map[string]string{sessionCookie: token}}
		return nil
	})
}

// sessionCookie is the cookie of pages that are reached at this machine's own address.
const sessionCookie = "__Host-congvu"

// moveIn points every browser at a server.
func (t *cityCast) moveIn(base string, via *http.Client) {
	for _, p := range t.people {
		p.base, p.via = base, via
	}
}
