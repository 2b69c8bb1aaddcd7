package audit_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"congvu/internal/audit"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

var ctx = context.Background()

// V49: screen /admin/journal
func TestJournalIsBoundedByTheAgency(t *testing.T) {
	db := storetest.Open(t)
	for agency := range int64(3) {
		for _, verb := range []string{"document.issued", "person.enrolled"} {
			err := db.Write(ctx, store.Actor{Person: 10 + agency, Agency: agency, Via: store.ViaWeb}, func(tx *store.Tx) error {
				return tx.Record(store.Event{Verb: verb, Agency: agency, Ref: "x/1", Title: "=1+1"})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	read := func(a store.Actor, f audit.Filter) []store.Entry {
		t.Helper()
		e, err := audit.Journal(ctx, db, a, f)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	admin := store.Actor{Agency: 1, Roles: store.AgencyAdmin}
	if e := read(admin, audit.Filter{}); len(e) != 2 || e[0].AgencyID != 1 || e[1].AgencyID != 1 || e[0].ID < e[1].ID {
		t.Fatalf("%+v", e)
	}
	if e := read(admin, audit.Filter{Verb: "document."}); len(e) != 1 || e[0].Verb != "document.issued" {
		t.Fatalf("%+v", e)
	}
	if e := read(admin, audit.Filter{Person: 12}); len(e) != 0 {
		t.Fatalf("a foreign person's acts: %+v", e)
	}
	if e := read(store.Actor{Agency: 1, Roles: store.SystemAdmin}, audit.Filter{}); len(e) != 4 {
		t.Fatalf("the system's administrator sees %d entries", len(e))
	}
	if _, err := audit.Journal(ctx, db, store.Actor{Agency: 1, Roles: store.Specialist}, audit.Filter{}); !errors.Is(err, store.Forbidden) {
		t.Fatalf("a specialist reads the journal: %v", err)
	}
	var out strings.Builder
	if err := audit.Export(ctx, db, admin, audit.Filter{}, &out); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); strings.Count(s, "\n") != 4 || !strings.Contains(s, ",'=1+1,") || !strings.Contains(s, "journal.exported") {
		t.Fatalf("%s", s)
	}
}
