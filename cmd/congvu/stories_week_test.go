package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"congvu/internal/auth"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/store"

	"github.com/rogpeppe/go-internal/testscript"
)

// tellStaff seats a deputy with a key of his own, a head of the unit and an assistant in the first office: deputy, unit-head, assistant; $DEPUTY and so on.
func tellStaff(ts *testscript.TestScript, _ bool, _ []string) {
	w := taleOf(ts)
	ctx := context.Background()
	ids := strings.Fields(w.people["office.0"].server)
	var agency, unit int64
	_, err := fmt.Sscan(ids[0]+" "+ids[3], &agency, &unit)
	ts.Check(err)
	hash, err := storyHash()
	ts.Check(err)
	from := calendar.DateOf(w.clock.Now()).AddDays(-20)
	for _, p := range []struct {
		who, name, title string
		unit             org.UnitID
		rank             org.Rank
		roles            store.Roles
	}{{"deputy", "Vũ Thanh Bình", "Phó Giám đốc", 0, org.RankDeputy, 0}, {"unit-head", "Hoàng Anh Tuấn", "Chánh Văn phòng", org.UnitID(unit), org.RankUnitHead, store.UnitHead},
		{"assistant", "Đỗ Minh Thư", "Thư ký", 0, org.RankStaff, store.Assistant}} {
		c := &character{server: w.first.url}
		var a store.Actor
		ts.Check(w.first.DB.Write(ctx, store.System(0), func(tx *store.Tx) (err error) {
			if a, err = appointed(ctx, tx, org.AgencyID(agency), p.unit, p.name, p.title, p.rank, p.roles, from); err != nil {
				return err
			}
			if err = auth.PutAccount(ctx, tx, auth.Opening{Person: org.PersonID(a.Person), Login: p.who + ".0", Hash: hash}); err != nil {
				return err
			}
			c.token, err = auth.IssueAPIToken(ctx, tx, a.Person, org.HoldingID(a.Holding), "phép thử", tx.Now().Add(360*24*time.Hour))
			return err
		}))
		w.people[p.who] = c
		ts.Setenv(strings.ToUpper(strings.ReplaceAll(p.who, "-", "_")), fmt.Sprint(a.Holding))
		if p.rank != org.RankDeputy {
			continue
		}
		id, err := w.authority.Person(p.name, p.title, "Sở Thử nghiệm số 1", keys.Period{From: time.Now().AddDate(0, -1, 0), Until: time.Now().AddDate(2, 0, 0)})
		ts.Check(err)
		ts.Check(w.first.Keys.Put("person-deputy", id.Key, id.Certificate, id.Chain))
		admin, err := auth.ResolveAPIToken(ctx, w.first.DB, w.people["admin.0"].token)
		ts.Check(err)
		ts.Check(w.first.DB.Write(ctx, admin.Actor.Vouched(), func(tx *store.Tx) error {
			_, err := documents.BindCertificate(ctx, tx, documents.CertificateForm{Owner: documents.OwnerPerson, OwnerID: a.Person, DER: id.Certificate.Raw, KeyName: "person-deputy", Method: documents.MethodServerKey})
			return err
		}))
	}
}

// tellMonday goes to eight o'clock of the next Monday that begins five working days and is followed by a working Monday: $MON to $FRI, $NEXT_MON.
func tellMonday(ts *testscript.TestScript, _ bool, _ []string) {
	days := calendar.Default()
	monday := calendar.DateOf(taleOf(ts).clock.Now()).AddDays(1)
	whole := func(d calendar.Date) bool {
		for n := range 5 {
			if !days.IsWorking(d.AddDays(n)) {
				return false
			}
		}
		return d.Weekday() == time.Monday && days.IsWorking(d.AddDays(7))
	}
	for !whole(monday) {
		monday = monday.AddDays(1)
	}
	for n, name := range []string{"MON", "TUE", "WED", "THU", "FRI"} {
		ts.Setenv(name, string(monday.AddDays(n)))
	}
	ts.Setenv("NEXT_MON", string(monday.AddDays(7)))
	tellAt(ts, false, []string{string(monday), "08:00"})
}

// tellAt moves the clock on to a day and an hour: at $TUE 09:00.
func tellAt(ts *testscript.TestScript, _ bool, args []string) {
	then, err := time.ParseInLocation("2006-01-02 15:04", strings.Join(args, " "), calendar.Hanoi)
	ts.Check(err)
	w := taleOf(ts)
	if then.Before(w.clock.Now()) {
		ts.Fatalf("%s is past", then)
	}
	w.clock.ahead.Store(int64(time.Until(then)))
	ts.Setenv("TODAY", string(calendar.DateOf(then)))
}

// tellRemind does what the morning calls for at once, instead of waiting for the minute's round.
func tellRemind(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(taleOf(ts).first.Desk.RemindOnce(context.Background()))
}
