package exchange

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/store"
)

var nodeAdmin = store.Actor{Person: 1, Roles: store.SystemAdmin, Via: store.ViaWeb}

// X19.2: a running hub admits another installation, which sends and receives at once; a new password cuts the old one off; revoked, it is gone.
// V62: screen /admin/nodes; command remote nodes
func TestAHubAdmitsInstallationsWhileItRuns(t *testing.T) {
	ctx := context.Background()
	hub := build(t, axis.Config{Node: "hub", Listen: "127.0.0.1:0", Peers: []axis.Peer{{Name: "tep", Password: "mat-khau-trong-tep", Agencies: []string{"H77.1"}}}},
		[]string{"H26.1", "H26.2"}, []string{"H49.1", "H49.2"})
	hub.work()
	o := hub.office
	admin := nodeAdmin
	admin.Agency = hub.agency["H26.1"]
	var password string
	do := func(who store.Actor, act func(tx *store.Tx) error) error { return o.DB.Write(ctx, who, act) }
	admitted := func(who store.Actor, name string, codes ...string) error {
		return do(who, func(tx *store.Tx) error {
			drawn, err := o.AdmitNode(ctx, tx, name, codes)
			if err == nil {
				password = drawn
			}
			return err
		})
	}
	if err := admitted(hub.clerk("H26.1"), "phuong", "H49.1"); !errors.Is(err, store.Forbidden) {
		t.Fatalf("a clerk admits: %v", err)
	}
	if err := admitted(admin, "phuong", "h49.1", "H49.1"); err != nil {
		t.Fatal(err)
	}
	for _, no := range []struct {
		name, code string
		codes      []string
	}{{"Phuong", "đã có", []string{"H50.1"}}, {"hub", "đã có", []string{"H50.1"}}, {"tep", "đã có", []string{"H50.1"}}, {"inside", "tối đa 32", []string{"H50.1"}}, {"a.b", "tối đa 32", []string{"H50.1"}},
		{"khac", "ít nhất một", nil}, {"khac", "không phải là mã", []string{"Sở"}}, {"khac", "ngay bản cài đặt này", []string{"H26.2"}}, {"khac", "đã giao cho bản", []string{"H49.1"}},
		{"khac", "đã giao cho bản", []string{"H77.1"}}} {
		if err := admitted(admin, no.name, no.codes...); !errors.Is(err, store.Invalid) || !strings.Contains(err.Error(), no.code) {
			t.Errorf("%s %v: %v", no.name, no.codes, err)
		}
	}
	if err := do(admin, func(tx *store.Tx) error { return o.AmendNode(ctx, tx, "tep", []string{"H77.2"}) }); !errors.Is(err, store.Conflict) {
		t.Errorf("one of the configuration is amended: %v", err)
	}
	peer := build(t, axis.Config{Node: "phuong", Hub: "nats://" + o.Axis.Addr(), HubPassword: password}, []string{"H49.1", "H49.2"}, []string{"H26.1", "H26.2"})
	peer.work()
	first := hub.issue("H26.1", "H49.1")
	hub.reached("H26.1", first, Arrived)

	// What the agencies are is data: the second one's document waits until it is given to the peer.
	second := hub.issue("H26.1", "H49.2")
	if err := do(admin, func(tx *store.Tx) error { return o.AmendNode(ctx, tx, "phuong", []string{"H49.1", "H49.2"}) }); err != nil {
		t.Fatal(err)
	}
	hub.reached("H26.1", second, Arrived)

	// Whose agency comes to live here is nobody else's, and goes back.
	link := func() NodeLink {
		n, err := o.Nodes(ctx, admin)
		if err != nil {
			t.Fatal(err)
		}
		if at := slices.IndexFunc(n.Links, func(l NodeLink) bool { return l.Name == "phuong" }); at >= 0 {
			return n.Links[at]
		}
		return NodeLink{}
	}
	settle := func(codes ...string) {
		t.Helper()
		o.hostMu.Lock()
		defer o.hostMu.Unlock()
		if err := o.settle(ctx, codes); err != nil {
			t.Fatal(err)
		}
	}
	settle("H26.1", "H26.2", "H49.2")
	if l := link(); !slices.Equal(l.Idle(), []string{"H49.2"}) || !slices.Equal(l.Agencies, []string{"H49.1"}) || !l.Kept {
		t.Errorf("%+v", l)
	}
	settle("H26.1", "H26.2")
	if l := link(); len(l.Idle()) != 0 {
		t.Errorf("%+v", l)
	}

	// A new password.
	old := password
	if err := do(admin, func(tx *store.Tx) (err error) { password, err = o.RekeyNode(ctx, tx, "phuong"); return err }); err != nil || password == old {
		t.Fatal(err)
	}
	try := func() error { _, err := o.TryNode(ctx, admin, "phuong"); return err }
	hub.until("the old password is cut off", func() bool { return errors.Is(try(), store.Conflict) })
	peer.office.Axis.Rekey(password)
	hub.until("the new password works", func() bool { return try() == nil })
	if n, err := peer.office.Nodes(ctx, admin); err != nil || len(n.Links) != 1 || n.Links[0].Name != "" || n.Hub {
		t.Errorf("%+v %v", n, err)
	}
	if err := peer.office.DB.Write(ctx, admin, func(tx *store.Tx) error {
		_, err := peer.office.AdmitNode(ctx, tx, "khac", []string{"H50.1"})
		return err
	}); !errors.Is(err, store.Conflict) {
		t.Errorf("a peer admits others: %v", err)
	}

	if err := do(admin, func(tx *store.Tx) error { return o.RevokeNode(ctx, tx, "phuong") }); err != nil {
		t.Fatal(err)
	}
	hub.until("it is gone", func() bool { return link().Name == "" && errors.Is(try(), store.Conflict) })
	if err := do(admin, func(tx *store.Tx) error { return o.RevokeNode(ctx, tx, "phuong") }); !errors.Is(err, store.NotFound) {
		t.Errorf("revoked twice: %v", err)
	}
	verbs, err := store.All[string](ctx, o.DB, sqlTestNodeVerbs)
	if err != nil || strings.Join(verbs, " ") != "node.admitted node.amended node.rekeyed node.revoked" {
		t.Errorf("%v %v", verbs, err)
	}
	if o.DB.Write(ctx, admin, func(tx *store.Tx) error { _, err := (&Office{}).AdmitNode(ctx, tx, "x", nil); return err }) == nil {
		t.Error("without an axis")
	}
}

var sqlTestNodeVerbs = store.SQL(`SELECT verb FROM store_journal WHERE verb LIKE 'node.%' ORDER BY id`)
