package exchange

import (
	"context"
	"errors"
	"strings"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/gateway"
	"congvu/internal/org"
	"congvu/internal/store"
)

// X20.6: a source gives all of it once, then its changes; one that has no list of changes gives all again; one that does not answer is left alone for
// a while, its words on record.
func TestDirectorySourcesAreAskedWhenDue(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1"}, nil)
	units := []gateway.Unit{{ID: "1", Code: "G01", Name: "Bộ Công an", IsAgency: true}, {ID: "2", ParentID: "1", Code: "G01.2", Code102: "000.00.02.G01", Name: "Cục Hai", IsAgency: true}}
	asked := map[string]int{}
	give := func(name string) func(context.Context) ([]gateway.Unit, error) {
		return func(context.Context) ([]gateway.Unit, error) {
			asked[name]++
			if name == "dead" {
				return nil, &gateway.Refusal{Call: "/getAgenciesList", HTTP: 200, Code: "5", Text: "Hệ thống bận"}
			}
			return units, nil
		}
	}
	h.office.Directories = func(context.Context) ([]DirectorySource, error) {
		return []DirectorySource{{Source: "national", Full: give("full"), Changes: give("changes")}, {Source: "lgsp", Full: give("dead")}}, nil
	}
	err := h.office.syncDue(ctx)
	var refused *gateway.Refusal
	if !errors.As(err, &refused) {
		t.Fatal(err)
	}
	if err := h.office.syncDue(ctx); err != nil || asked["full"] != 1 || asked["changes"] != 0 || asked["dead"] != 1 {
		t.Fatal(err, asked)
	}
	runs, err := org.Runs(ctx, h.office.DB, 10)
	if err != nil || len(runs) != 2 || runs[0].State != org.RunFailed || !strings.Contains(runs[0].Note, "Hệ thống bận") || runs[1].State != org.RunDone {
		t.Fatalf("%+v %v", runs, err)
	}
	if a, known, err := agencyByCode(ctx, h.office.DB, "000.00.02.G01", h.office.DB.Now()); err != nil || !known || a.Name != "Cục Hai" {
		t.Fatal(a, known, err)
	}
	units[1].Name = "Cục Hai mới"
	run, err := h.office.SyncDirectory(ctx, store.System(0), DirectorySource{Source: "national", Changes: give("changes")}, org.RunChanges)
	if err != nil || run.Modifies != 1 || run.State != org.RunDone {
		t.Fatalf("%+v %v", run, err)
	}
	if _, err := h.office.SyncDirectory(ctx, store.System(0), DirectorySource{Source: "lgsp"}, org.RunChanges); !errors.Is(err, store.Conflict) {
		t.Fatal(err)
	}
}

// X20.5: a sender whom the directory does not know is listed once, by the code the axis vouches for; its parcel goes its way as before.
func TestUnknownSenderIsListed(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1"}, nil)
	for n, from := range []string{"H77.5", "H77.5", "H77.6"} {
		l := letter{Agency: h.agency["H26.1"], Parcel: from + string(rune('a'+n)), From: from, To: "H26.1", Kind: kindDocument}
		l.raw = letterFrom(t, from, "H26.1", n+1, nil)
		if from == "H77.5" {
			l.raw = sealed(t, l.raw, identity(t, "Cơ quan "+from, from))
		} else {
			l.From = "H77.7" // unsigned, and another stranger's name on it
		}
		if err := h.office.openLetter(ctx, l); err != nil {
			t.Fatal(err)
		}
	}
	waiting, err := org.UnknownSenders(ctx, h.office.DB, false, 10)
	if err != nil || len(waiting) != 1 || waiting[0].Code != "H77.5" || waiting[0].Seen != 2 || waiting[0].Source != org.SourceMessage {
		t.Fatalf("%+v %v", waiting, err)
	}
}

// I3.5: nothing is sent to a code that two claim.
func TestDisputedReceiverIsNotSentTo(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1"}, []string{"H49.1"})
	run, err := h.office.SyncDirectory(ctx, store.System(0), DirectorySource{Source: "national", Full: func(context.Context) ([]gateway.Unit, error) {
		return []gateway.Unit{{ID: "1", Code: "H49.1", Name: "Cơ quan H49.1", IsAgency: true}, {ID: "2", Code: "H49.1", Name: "Cơ quan khác", IsAgency: true}}, nil
	}}, org.RunFull)
	if err != nil || run.Conflicts != 1 {
		t.Fatalf("%+v %v", run, err)
	}
	us, err := agencyOf(ctx, h.office.DB, h.agency["H26.1"], h.office.DB.Now())
	if err != nil {
		t.Fatal(err)
	}
	to := []receiver{{Agency: h.agency["H49.1"], Name: "Cơ quan H49.1"}}
	lines, err := h.office.address(ctx, h.office.DB, us, to, h.office.DB.Now())
	if err != nil || len(lines) != 1 || lines[0].State != Failed || !strings.Contains(lines[0].Description, "cùng nhận") {
		t.Fatalf("%+v %v", lines, err)
	}
	all, err := org.Conflicts(ctx, h.office.DB, false, 10)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if err := h.office.DB.Write(ctx, store.System(0), func(tx *store.Tx) error {
		return org.DecideConflict(ctx, tx, all[0].ID, org.ConflictKept, "đã hỏi đơn vị quản lý")
	}); err != nil {
		t.Fatal(err)
	}
	if lines, err = h.office.address(ctx, h.office.DB, us, to, h.office.DB.Now()); err != nil || lines[0].State != NotSent {
		t.Fatalf("%+v %v", lines, err)
	}
}
