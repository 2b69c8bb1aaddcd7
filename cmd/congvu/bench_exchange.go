package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"congvu/internal/axis"
	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/pdf"
	"congvu/internal/store"
)

// The exchange is measured between processes of their own ("nodes"): each issues the documents it is given, sends, receives and answers. A document counts from the
// moment before its issue until the sender reads in its delivery line that the receiver has it; that state is the signed receipt, checked and kept.

const (
	benchWindow   = 16 // documents a sender has under way; the next is issued when a receipt came
	benchOffices  = 16
	smallDocument = 5 << 10
	largeDocument = 500 << 10
)

// places where the exchange can be measured.
var benchTowns = []string{"one", "two", "cluster", "mail"}

// exchangeOrder is what a node is to do.
type exchangeOrder struct {
	Senders []exchangeSender
	Window  int
}

type exchangeSender struct {
	Clerk store.Actor
	IDs   []int64
}

// exchangeResult is what a node did. Times are in the order of the issues.
type exchangeResult struct {
	Times   []time.Duration
	Seconds float64
	Open    int
	Bytes   int64 // of the parcels
	Parcels int
	CPU     float64 // seconds of the processors
	Trouble []string
}

// benchTown is an arrangement of nodes.
type benchTown struct {
	name, note string
	nodes      []*benchNode
	brokers    []*exec.Cmd
	senders    []*office // by number, with the place of the node that issues for it
	at         []int     // the node of each sender
	to         []*office // whom each sender writes to, as its own installation knows him
	work       []*benchRun
}

// benchNode is one process.
type benchNode struct {
	args []string
	env  []string
}

// exchange measures documents a second from issue to receipt, in every town, small and large, with one sender and with sixteen; in the same run what the
// store of the axis takes with a sync for each write, and what mail does on this machine with the same documents.
func (b *benchRun) exchange(ctx context.Context) ([]measurement, error) {
	var out []measurement
	m, err := b.fsyncs(ctx)
	if err != nil {
		return nil, err
	}
	out = append(out, m)
	raw, err := b.rawParcels(ctx)
	out = append(out, raw...)
	for _, name := range b.towns {
		if err != nil {
			return out, err
		}
		var got []measurement
		switch {
		case name == "mail":
			got, err = b.mail(ctx)
		case name == "cluster" && b.settings.DB == "":
			fmt.Fprintln(b.w.err, "  cụm không được đo: cần --db postgres://… (một cơ sở dữ liệu trống)")
		default:
			got, err = b.town(ctx, name)
		}
		out = append(out, got...)
	}
	return out, err
}

type exchangeCase struct {
	size, senders, window, n int
}

func (c exchangeCase) String() string {
	size := fmt.Sprintf("%d KB", c.size>>10)
	if c.window == 1 {
		return size + ", one at a time"
	}
	return fmt.Sprintf("%s, %d senders", size, c.senders)
}

// cases of one run: the number of documents follows the span.
func (b *benchRun) cases(perSecond float64) []exchangeCase {
	n := func(rate float64) int { return max(int(rate*perSecond*b.span.Seconds()), 4) }
	return []exchangeCase{{smallDocument, 1, 1, n(20)}, {smallDocument, 1, benchWindow, n(100)}, {smallDocument, 16, benchWindow, n(200)},
		{largeDocument, 1, benchWindow, n(30)}, {largeDocument, 16, benchWindow, n(60)}}
}

// rawParcels is the store of the axis alone, with a sync for each write.
func (b *benchRun) rawParcels(ctx context.Context) ([]measurement, error) {
	dir, err := os.MkdirTemp(b.dir, "raw-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	a, err := axis.Open(ctx, axis.Config{Node: "raw", StoreDir: dir, MaxBytes: 64 << 30})
	if err != nil {
		return nil, err
	}
	defer a.Close()
	return b.rawOn(ctx, a, "raw publish with fsync, one node")
}

func (b *benchRun) rawOn(ctx context.Context, a *axis.Axis, name string) ([]measurement, error) {
	var out []measurement
	for _, size := range []int{smallDocument, largeDocument} {
		body := make([]byte, size)
		for _, senders := range []int{1, 16} {
			var mu sync.Mutex
			next := 0
			out = append(out, b.repeat(ctx, fmt.Sprintf("%s, %d KB, %d senders", name, size>>10, senders), "JetStream, sync always", senders, func(ctx context.Context, c int) error {
				mu.Lock()
				next++
				n := next
				mu.Unlock()
				return a.Send(ctx, axis.Parcel{ID: fmt.Sprintf("%s/%d/%d/%d", name, size, senders, n), From: "A", To: fmt.Sprint("B", n%64), Kind: "edoc", Body: body})
			}))
		}
	}
	return out, nil
}

// town measures one arrangement.
func (b *benchRun) town(ctx context.Context, name string) (out []measurement, err error) {
	t, err := b.build(ctx, name)
	if t != nil {
		defer t.raze()
	}
	if err != nil {
		return nil, err
	}
	for _, c := range b.cases(1) {
		if !strings.Contains(c.String(), b.only) {
			continue
		}
		m, err := b.measure(ctx, t, c)
		if err != nil {
			return out, fmt.Errorf("%s, %s: %w", name, c, err)
		}
		out = append(out, m)
	}
	return out, nil
}

// measure makes the documents ready, starts the nodes, lets them issue, and adds up.
func (b *benchRun) measure(ctx context.Context, t *benchTown, c exchangeCase) (measurement, error) {
	name := fmt.Sprintf("%s: %s", t.note, c)
	fmt.Fprintf(b.w.err, "  %s: %d văn bản…\n", name, c.n)
	orders := make([]exchangeOrder, len(t.nodes))
	ids := make([][]int64, c.senders)
	if err := b.prepareDocuments(ctx, t, c, ids); err != nil {
		return measurement{}, err
	}
	for i := range orders {
		orders[i].Window = c.window
	}
	for s := range c.senders {
		at := t.at[s]
		orders[at].Senders = append(orders[at].Senders, exchangeSender{Clerk: t.senders[s].clerk, IDs: ids[s]})
	}
	results, err := b.runNodes(ctx, t, orders)
	if err != nil {
		return measurement{}, err
	}
	var times []time.Duration
	var bytes int64
	var span, cpu float64
	open, parcels := 0, 0
	for _, r := range results {
		times, span, open, cpu = append(times, r.Times...), max(span, r.Seconds), open+r.Open, cpu+r.CPU
		bytes, parcels = bytes+r.Bytes, parcels+r.Parcels
		for _, s := range r.Trouble {
			fmt.Fprintln(b.w.err, "    ", s)
		}
	}
	note := fmt.Sprintf("%d under way a sender", c.window)
	if cpu > 0 && len(times) > 0 {
		note += fmt.Sprintf(", %.1f ms of processor a document", cpu/float64(len(times))*1000)
	}
	if parcels > 0 {
		note += fmt.Sprintf(", parcel %d KB", bytes/int64(parcels)/1024)
	}
	return summed(name, note, times, time.Duration(span*float64(time.Second)), open), nil
}

func (b *benchRun) prepareDocuments(ctx context.Context, t *benchTown, c exchangeCase, ids [][]int64) error {
	each := make([]int, c.senders)
	for i := range c.n {
		each[i%c.senders]++
	}
	for s := range ids {
		ids[s] = make([]int64, each[s])
	}
	opened := map[int]*installation{}
	defer func() {
		for _, in := range opened {
			in.Close()
		}
	}()
	for s := range c.senders {
		at := t.home(t.at[s])
		if opened[at] == nil {
			in, err := openTables(ctx, t.work[at].settings, opening{allowTest: true})
			if err != nil {
				return err
			}
			opened[at] = in
		}
	}
	return parallel(c.n, 2*runtime.NumCPU(), func(i int) error {
		s := i % c.senders
		id, err := t.senders[s].ready(ctx, opened[t.home(t.at[s])], t.to[s], c.size)
		ids[s][i/c.senders] = id
		return err
	})
}

// home is the place of the installation a node is a copy of.
func (t *benchTown) home(node int) int { return min(node, len(t.work)-1) }

// ready brings a document with a main file of a size to the point where only the issue is left.
func (o *office) ready(ctx context.Context, in *installation, to *office, size int) (int64, error) {
	file, err := scanned(size)
	if err != nil {
		return 0, err
	}
	id, err := o.drafted(ctx, in, to, func(id int64) error {
		_, err := documents.UploadMain(ctx, in.Desk, o.drafter, id, "cong-van.pdf", bytes.NewReader(file))
		return err
	})
	if err != nil {
		return 0, err
	}
	if _, err := documents.Sign(ctx, in.Desk, o.head, id, "", true); err != nil {
		return 0, err
	}
	if err := in.DB.Write(ctx, o.clerk, func(tx *store.Tx) error {
		_, err := documents.Number(ctx, tx, id, documents.NumberForm{})
		return err
	}); err != nil {
		return 0, err
	}
	_, err = documents.Seal(ctx, in.Desk, o.clerk, id)
	return id, err
}

// scanned is a document of one page with a picture of, nearly, a size that does not compress.
func scanned(size int) ([]byte, error) {
	var b pdf.Builder
	root, pages, page := b.Reserve(), b.Reserve(), b.Reserve()
	picture := make([]byte, size)
	for i := 0; i+8 <= len(picture); i += 8 {
		x := rand.Uint64()
		for k := range 8 {
			picture[i+k] = byte(x >> (8 * k))
		}
	}
	image := b.Add(&pdf.Stream{Dict: pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Image"), "Width": 100, "Height": 100, "BitsPerComponent": 8,
		"ColorSpace": pdf.Name("DeviceGray"), "Filter": pdf.Name("DCTDecode")}, Raw: picture})
	b.Set(root, pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": pages})
	b.Set(pages, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{page}, "Count": 1})
	b.Set(page, pdf.Dict{"Type": pdf.Name("Page"), "Parent": pages, "MediaBox": pdf.Array{0, 0, 595, 842}, "Contents": b.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: []byte(" ")}),
		"Resources": pdf.Dict{"XObject": pdf.Dict{"Im0": image}}})
	return b.Finish(root, pdf.Ref{})
}

// build makes the installations of a town and what stands beside them.
func (b *benchRun) build(ctx context.Context, name string) (*benchTown, error) {
	authority, err := keys.NewTestAuthority(keys.TestOptions{From: time.Now().AddDate(-1, 0, 0), Until: time.Now().AddDate(5, 0, 0)})
	if err != nil {
		return nil, err
	}
	t := &benchTown{name: name}
	add := func(db string) (*benchRun, error) {
		dir, err := os.MkdirTemp(b.dir, "town-"+name+"-")
		if err != nil {
			return nil, err
		}
		w := &benchRun{w: b.w, dir: dir, settings: &settings{Data: dir, DB: db}}
		if w.in, err = openTables(ctx, w.settings, opening{migrate: true, allowTest: true}); err != nil {
			return nil, err
		}
		t.work = append(t.work, w)
		if err := authority.WriteTrust(filepath.Join(dir, "trust")); err != nil {
			return nil, err
		}
		return w, nil
	}
	switch name {
	case "one", "cluster":
		db := ""
		if name == "cluster" {
			db = b.settings.DB
		}
		w, err := add(db)
		if err != nil {
			return t, err
		}
		defer w.in.Close()
		for i := range benchOffices {
			o, err := openOffice(ctx, w.in, authority, i+b.founded)
			if err != nil {
				return t, err
			}
			t.senders = append(t.senders, o)
		}
		for i := range benchOffices {
			t.to = append(t.to, t.senders[(i+1)%benchOffices])
		}
		if name == "one" {
			t.note, t.nodes, t.at = "one node, SQLite", []*benchNode{w.node()}, make([]int, benchOffices)
			return t, nil
		}
		return t, b.buildCluster(ctx, t, w)
	}
	hub, err := add("")
	if err != nil {
		return t, err
	}
	defer hub.in.Close()
	peer, err := add("")
	if err != nil {
		return t, err
	}
	defer peer.in.Close()
	return t, b.buildPair(ctx, t, authority, hub, peer)
}

func (w *benchRun) node(more ...string) *benchNode {
	n := &benchNode{args: []string{"bench", "exchange", "--data", w.settings.Data}}
	if w.settings.DB != "" {
		n.env = append(n.env, "CONGVU_DB="+w.settings.DB)
	}
	n.env = append(n.env, more...)
	return n
}

// buildPair puts even senders at a hub and odd ones at its peer; each writes to an agency of the other house.
func (b *benchRun) buildPair(ctx context.Context, t *benchTown, authority *keys.TestAuthority, hub, peer *benchRun) error {
	houses := []*benchRun{hub, peer}
	for i := range benchOffices {
		o, err := openOffice(ctx, houses[i%2].in, authority, i)
		if err != nil {
			return err
		}
		t.senders, t.at = append(t.senders, o), append(t.at, i%2)
	}
	var codes []string
	for i, o := range t.senders {
		far, err := known(ctx, houses[(i+1)%2].in, o)
		if err != nil {
			return err
		}
		t.to = append(t.to, far) // in the order of those who are known; turned around below
		if i%2 == 1 {
			codes = append(codes, o.agency.Code)
		}
	}
	turned := make([]*office, len(t.to))
	for i := range turned {
		turned[i] = t.to[i^1]
	}
	t.to = turned
	name, err := peer.in.nodeName(ctx)
	if err != nil {
		return err
	}
	addr, err := freeAddress()
	if err != nil {
		return err
	}
	peers := filepath.Join(hub.dir, "peers.json")
	list, err := json.Marshal([]axis.Peer{{Name: name, Password: "mat-khau-cua-phep-do", Agencies: codes}})
	if err == nil {
		err = os.WriteFile(peers, list, 0o600)
	}
	t.note = "two nodes, SQLite, hub and peer"
	t.nodes = []*benchNode{hub.node("CONGVU_AXIS_LISTEN="+addr, "CONGVU_AXIS_PEERS="+peers), peer.node("CONGVU_AXIS_HUB=nats://"+addr, "CONGVU_AXIS_PASSWORD=mat-khau-cua-phep-do")}
	return err
}

// known enters an agency of another house into the directory of this one.
func known(ctx context.Context, in *installation, o *office) (*office, error) {
	far := &office{}
	return far, in.DB.Write(ctx, store.Actor{Via: store.ViaSystem}, func(tx *store.Tx) (err error) {
		far.agency, err = org.OpenAgency(ctx, tx, org.AgencyForm{Code: o.agency.Code, Name: o.agency.Name, Abbr: o.agency.Abbr, Level: org.Department, Seat: "Hà Nội",
			HeadTitle: "GIÁM ĐỐC", ValidFrom: calendar.DateOf(in.DB.Now().Time()).AddDays(-30)})
		return err
	})
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

const benchCopies = 3

// buildCluster starts three brokers and lets three copies of the installation share them; the copies share database and folder.
func (b *benchRun) buildCluster(ctx context.Context, t *benchTown, w *benchRun) error {
	var clients, routes []string
	for range benchCopies {
		for _, into := range []*[]string{&clients, &routes} {
			at, err := freeAddress()
			if err != nil {
				return err
			}
			*into = append(*into, at)
		}
	}
	for i := range benchCopies {
		cmd, err := self("broker", "--data", filepath.Join(w.dir, fmt.Sprint("broker-", i+1)), "--name", fmt.Sprint("broker-", i+1), "--addr", clients[i],
			"--cluster", routes[i], "--routes", strings.Join(routes, ","))
		if err != nil {
			return err
		}
		cmd.Env = append(cmd.Env, "CONGVU_BROKER_PASSWORD=mat-khau-cua-phep-do")
		cmd.Stderr = b.w.err
		if err := cmd.Start(); err != nil {
			return err
		}
		t.brokers = append(t.brokers, cmd)
	}
	var urls []string
	for _, at := range clients {
		urls = append(urls, "nats://congvu:mat-khau-cua-phep-do@"+at)
	}
	for range benchCopies {
		t.nodes = append(t.nodes, w.node("CONGVU_AXIS="+strings.Join(urls, ","), "CONGVU_AXIS_REPLICAS=3"))
	}
	for i := range benchOffices {
		t.at = append(t.at, i%benchCopies)
	}
	t.note = fmt.Sprintf("cluster, %d copies, PostgreSQL, %d brokers", benchCopies, benchCopies)
	b.founded += benchOffices
	return nil
}

// raze ends the brokers and removes the folders.
func (t *benchTown) raze() {
	for _, c := range t.brokers {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
	for _, w := range t.work {
		os.RemoveAll(w.dir)
	}
}

// self is this program as a process of its own.
func self(args ...string) (*exec.Cmd, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(exe, args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool {
		return strings.HasPrefix(s, "CONGVU_") && !strings.HasPrefix(s, "CONGVU_TEST_PROGRAM")
	})
	return cmd, nil
}

// runNodes starts every node, waits until all are ready, lets them begin, and gives what they say when all are done.
func (b *benchRun) runNodes(ctx context.Context, t *benchTown, orders []exchangeOrder) ([]exchangeResult, error) {
	type running struct {
		cmd  *exec.Cmd
		in   io.WriteCloser
		said *json.Decoder
	}
	var all []running
	defer func() {
		for _, r := range all {
			_ = r.in.Close() // the end of its input is the end of a node
			_ = r.cmd.Wait()
		}
	}()
	for i, n := range t.nodes {
		order, err := json.Marshal(orders[i])
		if err != nil {
			return nil, err
		}
		path := filepath.Join(t.work[0].dir, fmt.Sprint("order-", i))
		if err := os.WriteFile(path, order, 0o600); err != nil {
			return nil, err
		}
		args := append(slices.Clone(n.args), "--node", path)
		if b.profile != "" {
			args = append(args, "--cpuprofile", fmt.Sprintf("%s.%s.%d", b.profile, t.name, i))
		}
		cmd, err := self(args...)
		if err != nil {
			return nil, err
		}
		cmd.Env, cmd.Stderr = append(cmd.Env, n.env...), b.w.err
		in, err := cmd.StdinPipe()
		if err != nil {
			return nil, err
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			return nil, err
		}
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		all = append(all, running{cmd, in, json.NewDecoder(out)})
	}
	for _, r := range all {
		var ready bool
		if err := r.said.Decode(&ready); err != nil || !ready {
			return nil, fmt.Errorf("a node did not start: %w", err)
		}
	}
	for _, r := range all {
		if _, err := io.WriteString(r.in, "go\n"); err != nil {
			return nil, err
		}
	}
	results := make([]exchangeResult, len(all))
	for i, r := range all {
		if err := r.said.Decode(&results[i]); err != nil {
			return nil, fmt.Errorf("a node gave no result: %w", err)
		}
	}
	return results, ctx.Err()
}

var errNoOrder = errors.New("a node without an order")

// exchangeNode is the other side of runNodes: it works until its input ends. It opens the installation, works, issues what it was told to when it is let go, and says how long each receipt took.
func exchangeNode(ctx context.Context, w *world, s *settings, path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var order exchangeOrder
	if err := json.Unmarshal(raw, &order); err != nil {
		return errors.Join(errNoOrder, err)
	}
	log, err := logger(w, &settings{Log: "warn"})
	if err != nil {
		return err
	}
	in, err := openServing(ctx, s, opening{allowTest: true}, log)
	if err != nil {
		return err
	}
	defer in.Close()
	working, stop := context.WithCancel(ctx)
	var r exchangeResult
	var mu sync.Mutex
	var running sync.WaitGroup
	running.Go(func() {
		in.Exchange.Run(working, func(err error) {
			mu.Lock()
			defer mu.Unlock()
			if working.Err() == nil && len(r.Trouble) < 20 {
				r.Trouble = append(r.Trouble, err.Error())
			}
		})
	})
	defer running.Wait()
	defer stop()
	say := json.NewEncoder(w.out)
	if err := say.Encode(true); err != nil {
		return err
	}
	var word [3]byte
	if _, err := io.ReadFull(w.in, word[:]); err != nil {
		return err
	}
	begun, used := time.Now(), processorTime()
	var all sync.WaitGroup
	for _, one := range order.Senders {
		all.Go(func() {
			times, open, err := one.send(ctx, in, order.Window)
			mu.Lock()
			defer mu.Unlock()
			r.Times, r.Open = append(r.Times, times...), r.Open+open
			if err != nil {
				r.Trouble = append(r.Trouble, err.Error())
			}
		})
	}
	all.Wait()
	r.Seconds, r.CPU = time.Since(begun).Seconds(), (processorTime() - used).Seconds()
	for _, one := range order.Senders {
		if len(one.IDs) > 0 {
			p, err := exchange.Parcels(ctx, in.DB, one.Clerk, fmt.Sprintf("outgoing/%d", one.IDs[0]))
			if err == nil && len(p) > 0 {
				r.Bytes, r.Parcels = r.Bytes+p[0].Size, r.Parcels+1
			}
		}
	}
	mu.Lock()
	err = say.Encode(r)
	mu.Unlock()
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, w.in)
	return err
}

// send issues one document after another, with at most window of them without a receipt.
func (s exchangeSender) send(ctx context.Context, in *installation, window int) (times []time.Duration, open int, err error) {
	clerk := s.Clerk.Vouched()
	type underway struct {
		id int64
		at time.Time
	}
	var waiting []underway
	left := s.IDs
	last := time.Now()
	for len(left)+len(waiting) > 0 && time.Since(last) < time.Minute && ctx.Err() == nil {
		for len(waiting) < window && len(left) > 0 {
			at := time.Now()
			if err := in.DB.Write(ctx, clerk, func(tx *store.Tx) error {
				_, err := documents.Issue(ctx, tx, left[0])
				return err
			}); err != nil {
				return times, len(left) + len(waiting), err
			}
			waiting, left = append(waiting, underway{left[0], at}), left[1:]
		}
		woken := in.DB.Changed()
		for i := 0; i < min(4, len(waiting)); {
			d, err := exchange.Deliveries(ctx, in.DB, clerk, waiting[i].id)
			if err != nil {
				return times, len(left) + len(waiting), err
			}
			if len(d) != 1 || d[0].State != exchange.Arrived {
				i++
				continue
			}
			last = time.Now()
			times = append(times, last.Sub(waiting[i].at))
			waiting = slices.Delete(waiting, i, i+1)
		}
		if len(waiting) == window || len(left) == 0 && len(waiting) > 0 {
			select {
			case <-woken:
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
			}
			select { // let commits gather: one look for several
			case <-time.After(2 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}
	return times, len(left) + len(waiting), nil
}
