package exchange

import (
	"context"
	"crypto/rand"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"congvu/internal/axis"
	"congvu/internal/edxml"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// node is an installation that may connect to this hub, as it is kept (X19.2).
type node struct {
	Name       string
	Password   string        // its bcrypt hash; nobody knows more
	AdmittedAt store.Instant `db:"admitted_us"`
	RekeyedAt  store.Instant `db:"rekeyed_us"`
	codes      []string
}

type nodeAgency struct{ Code, Node string }

const nodeColumns = `name, password, admitted_us, rekeyed_us`

var (
	sqlNodes        = store.SQL(`SELECT ` + nodeColumns + ` FROM exchange_nodes ORDER BY name`)
	sqlNodeAgencies = store.SQL(`SELECT code, node FROM exchange_node_agencies ORDER BY code`)
	sqlAddNode      = store.SQL(`INSERT INTO exchange_nodes (` + nodeColumns + `) VALUES ($1, $2, $3, $4)`)
	sqlRekeyNode    = store.SQL(`UPDATE exchange_nodes SET password = $1, rekeyed_us = $2 WHERE name = $3`)
	sqlDropNode     = store.SQL(`DELETE FROM exchange_nodes WHERE name = $1`)
	sqlGiveAgency   = store.SQL(`INSERT INTO exchange_node_agencies (code, node) VALUES ($1, $2)`)
	sqlTakeAgencies = store.SQL(`DELETE FROM exchange_node_agencies WHERE node = $1`)
)

var (
	nodeForm  = regexp.MustCompile(`^[A-Za-z0-9-]{1,32}$`)
	codesForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/&-]{0,34}$`)
)

func nodesOf(ctx context.Context, r store.Reader) ([]node, error) {
	all, err := store.All[node](ctx, r, sqlNodes)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	given, err := store.All[nodeAgency](ctx, r, sqlNodeAgencies)
	for i := range all {
		for _, g := range given {
			if g.Node == all[i].Name {
				all[i].codes = append(all[i].codes, g.Code)
			}
		}
	}
	return all, err
}

// settle brings the axis to what is kept: who is hosted here, and at a hub who may connect for whom. An agency that lives here is nobody else's, whatever was
// kept before it came; one that leaves for a peer is let go first.
func (o *Office) settle(ctx context.Context, codes []string) error {
	if !o.Axis.Listens() {
		return o.Axis.Host(ctx, codes)
	}
	kept, err := nodesOf(ctx, o.DB)
	if err != nil {
		return err
	}
	want := peersOf(o.Axis.Given(), kept, codes)
	both := slices.Clone(codes)
	for code := range o.Axis.Hosts() {
		both = append(both, code)
	}
	if err := o.letIn(ctx, peersOf(want, nil, both)); err != nil {
		return err
	}
	if err := o.Axis.Host(ctx, codes); err != nil {
		return err
	}
	return o.letIn(ctx, want)
}

func (o *Office) letIn(ctx context.Context, peers []axis.Peer) error {
	if slices.EqualFunc(o.Axis.Peers(), peers, samePeer) {
		return nil
	}
	return o.Axis.Admit(ctx, peers)
}

func samePeer(a, b axis.Peer) bool {
	return a.Name == b.Name && a.Password == b.Password && slices.Equal(slices.Sorted(slices.Values(a.Agencies)), slices.Sorted(slices.Values(b.Agencies)))
}

// peersOf joins the peers of the configuration with those that are kept, the former first, each agency once and none of those that live here.
func peersOf(given []axis.Peer, kept []node, here []string) []axis.Peer {
	taken := map[string]bool{}
	for _, code := range here {
		taken[code] = true
	}
	var out []axis.Peer
	add := func(name, password string, codes []string) {
		p := axis.Peer{Name: name, Password: password}
		for _, code := range codes {
			if !taken[code] {
				taken[code] = true
				p.Agencies = append(p.Agencies, code)
			}
		}
		if len(p.Agencies) > 0 && !slices.ContainsFunc(out, func(q axis.Peer) bool { return q.Name == name }) {
			out = append(out, p)
		}
	}
	for _, p := range given {
		add(p.Name, p.Password, p.Agencies)
	}
	for _, n := range kept {
		add(n.Name, n.Password, n.codes)
	}
	return out
}

// readmit looks whether what is kept is in force: the journal may have been followed by another copy of the server.
func (o *Office) readmit(ctx context.Context) error {
	if o.Axis == nil || !o.Axis.Listens() {
		return nil
	}
	kept, err := nodesOf(ctx, o.DB)
	if err != nil {
		return err
	}
	var here []string
	for code := range o.Axis.Hosts() {
		here = append(here, code)
	}
	if slices.EqualFunc(o.Axis.Peers(), peersOf(o.Axis.Given(), kept, here), samePeer) {
		return nil
	}
	return o.Host(ctx)
}

// AdmitNode lets an installation connect to this hub and send and receive for agencies. It gives the password, which is kept nowhere.
func (o *Office) AdmitNode(ctx context.Context, tx *store.Tx, name string, codes []string) (password string, err error) {
	kept, err := o.mayAdmit(ctx, tx)
	if err != nil {
		return "", err
	}
	name = i18n.CleanLine(name)
	if !nodeForm.MatchString(name) || strings.EqualFold(name, "inside") {
		return "", nodeProblem("name", "Tên gồm chữ không dấu, chữ số và dấu -, tối đa 32 ký tự; là tên bản cài đặt kia in ra khi khởi động.")
	}
	if strings.EqualFold(name, o.Axis.Node()) || slices.ContainsFunc(kept, func(n node) bool { return strings.EqualFold(n.Name, name) }) ||
		slices.ContainsFunc(o.Axis.Given(), func(p axis.Peer) bool { return strings.EqualFold(p.Name, name) }) {
		return "", nodeProblem("name", "Tên này đã có. Mỗi bản cài đặt trên trục có một tên riêng.")
	}
	if codes, err = o.freeCodes(ctx, tx, kept, name, codes); err != nil {
		return "", err
	}
	password, hash, err := drawPassword()
	if err != nil {
		return "", err
	}
	if err := tx.Put(ctx, sqlAddNode, name, hash, tx.Now(), tx.Now()); err != nil {
		return "", err
	}
	return password, giveAgencies(ctx, tx, "node.admitted", name, codes)
}

// AmendNode replaces the agencies of an installation. Parcels for one taken away wait for who is given it next.
func (o *Office) AmendNode(ctx context.Context, tx *store.Tx, name string, codes []string) error {
	kept, err := o.keptNode(ctx, tx, name)
	if err != nil {
		return err
	}
	if codes, err = o.freeCodes(ctx, tx, kept, name, codes); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlTakeAgencies, name); err != nil {
		return err
	}
	return giveAgencies(ctx, tx, "node.amended", name, codes)
}

// RekeyNode draws a new password; the old one stops working and its connection is cut.
func (o *Office) RekeyNode(ctx context.Context, tx *store.Tx, name string) (password string, err error) {
	if _, err := o.keptNode(ctx, tx, name); err != nil {
		return "", err
	}
	password, hash, err := drawPassword()
	if err != nil {
		return "", err
	}
	if err := tx.Put(ctx, sqlRekeyNode, hash, tx.Now(), name); err != nil {
		return "", err
	}
	return password, tx.Record(store.Event{Verb: "node.rekeyed", Ref: "node", Title: name, Data: map[string]any{"node": name}})
}

// RevokeNode ends the right of an installation to connect. Parcels for its agencies wait.
func (o *Office) RevokeNode(ctx context.Context, tx *store.Tx, name string) error {
	if _, err := o.keptNode(ctx, tx, name); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlTakeAgencies, name); err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlDropNode, name); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "node.revoked", Ref: "node", Title: name, Data: map[string]any{"node": name}})
}

func giveAgencies(ctx context.Context, tx *store.Tx, verb, name string, codes []string) error {
	for _, code := range codes {
		if err := tx.Put(ctx, sqlGiveAgency, code, name); err != nil {
			return err
		}
	}
	return tx.Record(store.Event{Verb: verb, Ref: "node", Title: name, Data: map[string]any{"node": name, "agencies": codes}})
}

func (o *Office) mayAdmit(ctx context.Context, tx *store.Tx) ([]node, error) {
	if err := o.mayLink(tx.Actor()); err != nil {
		return nil, err
	}
	if !o.Axis.Listens() {
		return nil, store.Refuse(store.Conflict, "Bản cài đặt này không phải là trung tâm nên không nơi nào nối vào được. Quản trị máy chủ khởi động lại với --axis-listen rồi thêm ở đây.")
	}
	return nodesOf(ctx, tx)
}

// keptNode refuses names that are not kept here.
func (o *Office) keptNode(ctx context.Context, tx *store.Tx, name string) ([]node, error) {
	kept, err := o.mayAdmit(ctx, tx)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(kept, func(n node) bool { return n.Name == name }) {
		return kept, nil
	}
	if slices.ContainsFunc(o.Axis.Given(), func(p axis.Peer) bool { return p.Name == name }) {
		return nil, store.Refuse(store.Conflict, "Bản cài đặt này được khai trong tệp --axis-peers của máy chủ; sửa ở tệp đó rồi khởi động lại.")
	}
	return nil, store.Refuse(store.NotFound, "Không có bản cài đặt này trên trục.")
}

// freeCodes cleans the codes an installation is given and refuses those that live elsewhere: a parcel would go to either.
func (o *Office) freeCodes(ctx context.Context, tx *store.Tx, kept []node, name string, codes []string) ([]string, error) {
	var out []string
	for _, code := range patternsOf(strings.Join(codes, "\n")) {
		if upper := strings.ToUpper(code); edxml.KindOfCode(upper) != edxml.TechnicalCode {
			code = upper
		}
		if !codesForm.MatchString(code) {
			return nil, nodeProblem("agencies", "«{code}» không phải là mã định danh cơ quan.", "code", code)
		}
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	if len(out) == 0 {
		return nil, nodeProblem("agencies", "Nhập mã định danh của ít nhất một cơ quan ở bản cài đặt kia.")
	}
	here, err := hosted(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, code := range out {
		if slices.Contains(here, code) || o.Axis.Hosts()[code] {
			return nil, nodeProblem("agencies", "Cơ quan {code} ở ngay bản cài đặt này, không giao cho nơi khác được.", "code", code)
		}
		for _, p := range append(peersOf(nil, kept, nil), o.Axis.Given()...) {
			if p.Name != name && slices.Contains(p.Agencies, code) {
				return nil, nodeProblem("agencies", "Cơ quan {code} đã giao cho bản cài đặt {name}.", "code", code, "name", p.Name)
			}
		}
	}
	return out, nil
}

func nodeProblem(field, text string, args ...any) error {
	var p store.Problems
	p.Add(field, text, args...)
	return p.Err()
}

// drawPassword gives 128 bits and what is kept of them: the broker compares with bcrypt, and whoever reads the database cannot connect.
func drawPassword() (password, hash string, err error) {
	password = strings.ToLower(rand.Text())
	b, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost) // nobody guesses 128 bits, and every connection pays for the cost
	return password, string(b), err
}
