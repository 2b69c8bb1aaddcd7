package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"congvu/internal/api"
	"congvu/internal/auth"
	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/exchange"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
	"congvu/internal/web"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestStories tells what people do with the program, one command per person: testdata/stories. Their verbs are those of `congvu remote`.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	testscript.RunT(teller{t}, testscript.Params{Files: files, Setup: openTale, Cmds: storyCommands()})
}

// teller lets stories run one after the other: the verbs run in this process, and each story has a working directory of its own.
type teller struct{ *testing.T }

func (t teller) Parallel()     {}
func (t teller) Verbose() bool { return testing.Verbose() }
func (t teller) Run(name string, f func(testscript.T)) {
	t.T.Run(name, func(t *testing.T) { f(teller{t}) })
}

// tale is the world of one story: an installation with three agencies, perhaps a second installation, and everybody's token.
type tale struct {
	t         *testing.T
	clock     *shiftedClock
	authority *keys.TestAuthority
	trust     string
	first     *site
	people    map[string]*character
	last      int // exit code of the last verb
}

// character is a person of the story: where the server is and how the person gets in.
type character struct{ server, token string }

// site is an installation at work.
type site struct {
	*installation
	settings *settings
	url      string
	forger   *forgery
}

// shiftedClock is the system's clock, moved ahead: time goes on while the workers wait.
type shiftedClock struct{ ahead atomic.Int64 }

func (c *shiftedClock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

type taleKey struct{}

func taleOf(ts *testscript.TestScript) *tale { return ts.Value(taleKey{}).(*tale) }

const (
	peerName     = "phuong"
	peerPassword = "mật khẩu của phường trong phép thử"
)

// storyAuthority is believed by every installation of every story.
var storyAuthority = sync.OnceValues(func() (*keys.TestAuthority, error) {
	now := time.Now()
	return keys.NewTestAuthority(keys.TestOptions{From: now.AddDate(-1, 0, 0), Until: now.AddDate(5, 0, 0)})
})

var storyHash = sync.OnceValues(func() (string, error) { return auth.HashPassword(context.Background(), storyPassword) })

const storyPassword = "mật khẩu dùng trong phép thử"

func openTale(env *testscript.Env) error {
	t := env.T().(teller).T
	w := &tale{t: t, clock: &shiftedClock{}, people: map[string]*character{}, trust: filepath.Join(t.TempDir(), "trust")}
	if w.clock.Now().In(calendar.Hanoi).Month() == time.January {
		w.clock.ahead.Store(int64(31 * 24 * time.Hour)) // the next year is less than a token's life away
	}
	var err error
	if w.authority, err = storyAuthority(); err != nil {
		return err
	}
	if err := w.authority.WriteTrust(w.trust); err != nil {
		return err
	}
	peers := filepath.Join(t.TempDir(), "peers.json")
	text, err := json.Marshal([]axis.Peer{{Name: peerName, Password: peerPassword, Agencies: []string{officeCode(peerOffice)}}})
	if err == nil {
		err = os.WriteFile(peers, text, 0o600)
	}
	if err != nil {
		return err
	}
	w.first = w.found(&settings{AxisListen: "127.0.0.1:0", AxisPeers: peers, Trust: w.trust}, []int{0, 1, 2}, []int{peerOffice}, env)
	w.cast(env, w.first, "", 0)
	w.cast(env, w.first, "ward-", 1)
	w.cast(env, w.first, "third-", 2)
	w.people["intruder"] = w.people["third-clerk"]
	env.Setenv("CONGVU_PASSWORD", storyPassword) // everybody's, for confirm
	env.Setenv("TRUST", w.trust)
	env.Setenv("DATA", w.first.settings.Data)
	env.Setenv("DB", w.first.settings.DB)
	env.Setenv("SERVER", w.first.url)
	env.Setenv("TODAY", string(calendar.DateOf(w.clock.Now())))
	env.Setenv("YEAR", fmt.Sprint(w.clock.Now().In(calendar.Hanoi).Year()))
	env.Values[taleKey{}] = w
	return nil
}

// peerOffice is the number of the agency that lives on the second installation.
const peerOffice = 10

func officeCode(n int) string { return fmt.Sprintf("H26.9%03d", n) }

// found builds an installation that hosts some offices and knows others, and puts it to work until the story ends.
func (w *tale) found(s *settings, here, elsewhere []int, env *testscript.Env) *site {
	w.t.Helper()
	ctx := context.Background()
	c := storetest.Config(w.t, w.clock)
	if s.Data, s.DB = c.Dir, c.URL; s.Data == "" {
		s.Data = w.t.TempDir()
	}
	how := opening{migrate: true, allowTest: true, clock: w.clock}
	in, err := openTables(ctx, s, how)
	w.must(err)
	for _, n := range here {
		o, err := openOffice(ctx, in, w.authority, n)
		w.must(err)
		w.must(w.seat(ctx, in, o, n))
	}
	for _, n := range elsewhere {
		w.must(in.DB.Write(ctx, store.System(0), func(tx *store.Tx) error {
			_, err := org.OpenAgency(ctx, tx, org.AgencyForm{Code: officeCode(n), Name: fmt.Sprintf("Sở Thử nghiệm số %d", n+1), Abbr: fmt.Sprintf("STN%d", n+1), Level: org.Department,
				ValidFrom: calendar.DateOf(w.clock.Now()).AddDays(-30)})
			return err
		}))
	}
	if s.AxisHub != "" {
		w.must(in.DB.Keep(ctx, func(tx *store.Tx) error { return tx.Set(ctx, 0, "axis.node", peerName) }))
	}
	in.Close()
	log := slog.New(slog.NewTextHandler(&testLog{t: w.t}, &slog.HandlerOptions{Level: slog.LevelError}))
	in, err = openServing(ctx, s, how, log)
	w.must(err)
	at := &site{installation: in, settings: s, forger: &forgery{Store: in.Blobs}}
	in.Exchange.Blobs = at.forger
	work, stop := context.WithCancel(ctx)
	var workers sync.WaitGroup
	for _, each := range in.work(log) {
		workers.Go(func() { each(work) })
	}
	pages := web.New(web.Config{DB: in.DB, Index: in.index(), Desk: in.Desk, Exchange: in.Exchange, Log: log})
	server := httptest.NewServer(in.doors(pages, api.New(api.Config{DB: in.DB, Index: in.index(), Desk: in.Desk, Exchange: in.Exchange, Log: log, TestCertificates: true})))
	at.url = server.URL
	w.t.Cleanup(func() {
		pages.Close()
		server.Close()
		stop()
		workers.Wait()
		in.Close()
	})
	return at
}

func (w *tale) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// seat gives everybody of an office an account and a token.
func (w *tale) seat(ctx context.Context, in *installation, o *office, n int) error {
	hash, err := storyHash()
	if err != nil {
		return err
	}
	var archivist, root store.Actor
	if err := in.DB.Write(ctx, store.System(0), func(tx *store.Tx) (err error) {
		if n == 0 { // somebody of the first office administers the installation
			if root, err = appointed(ctx, tx, o.agency.ID, org.UnitID(o.drafter.Unit), "Bùi Thị Lan Hệ Thống", "Quản trị hệ thống", org.RankStaff, store.SystemAdmin, calendar.DateOf(w.clock.Now()).AddDays(-30)); err != nil {
				return err
			}
		}
		archivist, err = appointed(ctx, tx, o.agency.ID, org.UnitID(o.drafter.Unit), "Đỗ Thị Lưu", "Lưu trữ", org.RankStaff, store.Archivist, calendar.DateOf(w.clock.Now()).AddDays(-30))
		return err
	}); err != nil {
		return err
	}
	for name, a := range map[string]store.Actor{"leader": o.head, "drafter": o.drafter, "clerk": o.clerk, "admin": o.administrator, "archivist": archivist, "root": root} {
		if a.Person == 0 {
			continue
		}
		c := &character{}
		err := in.DB.Write(ctx, store.System(0), func(tx *store.Tx) error {
			err := auth.PutAccount(ctx, tx, auth.Opening{Person: org.PersonID(a.Person), Login: fmt.Sprintf("%s.%d", name, n), Hash: hash})
			if err == nil {
				c.token, err = auth.IssueAPIToken(ctx, tx, a.Person, org.HoldingID(a.Holding), "phép thử", tx.Now().Add(360*24*time.Hour))
			}
			return err
		})
		if err != nil {
			return err
		}
		w.people[fmt.Sprintf("%s.%d", name, n)] = c
	}
	w.people[fmt.Sprintf("office.%d", n)] = &character{server: fmt.Sprintf("%d %d %d %d %d", o.agency.ID, o.head.Holding, o.drafter.Holding, o.drafter.Unit, o.head.Person)}
	return nil
}

// cast names the people of an office for the story, and its places in the script's variables.
func (w *tale) cast(env interface{ Setenv(key, value string) }, at *site, prefix string, n int) {
	for _, name := range []string{"leader", "drafter", "clerk", "admin", "archivist", "root"} {
		c := w.people[fmt.Sprintf("%s.%d", name, n)]
		if c == nil {
			continue
		}
		c.server = at.url
		w.people[prefix+name] = c
	}
	w.people[prefix+"specialist"] = w.people[prefix+"drafter"]
	ids := strings.Fields(w.people[fmt.Sprintf("office.%d", n)].server)
	for i, name := range []string{"AGENCY", "LEADER", "SPECIALIST", "UNIT", "LEADER_PERSON"} {
		env.Setenv(strings.ToUpper(strings.ReplaceAll(prefix, "-", "_"))+name, ids[i])
	}
}

// forgery gives the exchange other bytes for a file than those that were signed, as somebody in the sender's file room could.
type forgery struct {
	blob.Store
	mu         sync.Mutex
	from, for_ string
}

// Open gives the file under an address with one text in it changed for another of the same length.
func (f *forgery) Open(ctx context.Context, sha string) (*blob.File, error) {
	file, err := f.Store.Open(ctx, sha)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil || f.from == "" {
		return file, err
	}
	b, err := io.ReadAll(file)
	file.Close()
	if err != nil || !bytes.HasPrefix(b, []byte("%PDF")) || !bytes.Contains(b, []byte(f.from)) {
		return f.Store.Open(ctx, sha)
	}
	ref, err := f.Store.Put(ctx, bytes.NewReader(bytes.ReplaceAll(b, []byte(f.from), []byte(f.for_))), 0)
	if err != nil {
		return nil, err
	}
	return f.Store.Open(ctx, ref.SHA)
}

// storyCommands: one command per person, the program's local verbs, and what a story needs around them.
func storyCommands() map[string]func(*testscript.TestScript, bool, []string) {
	cmds := map[string]func(*testscript.TestScript, bool, []string){
		"congvu": tellLocal, "await": tellAwait, "keep": tellKeep, "fill": tellFill, "exits": tellExits, "next-year": tellYears, "later": tellLater,
		"forge": tellForge, "parcel": tellParcel, "second-installation": tellSecond, "change": tellChange,
		"gateway-sim": tellGateway, "lock": tellLock,
		"staff-up": tellStaff, "monday": tellMonday, "at": tellAt, "remind": tellRemind,
	}
	for _, prefix := range []string{"", "ward-", "third-", "peer-"} {
		for _, name := range []string{"leader", "drafter", "clerk", "admin", "archivist", "specialist"} {
			cmds[prefix+name] = tellPerson(prefix + name)
		}
	}
	for _, name := range []string{"intruder", "deputy", "unit-head", "assistant", "root"} {
		cmds[name] = tellPerson(name)
	}
	return cmds
}

func tellPerson(name string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		w := taleOf(ts)
		who := w.people[name]
		if who == nil {
			ts.Fatalf("nobody is called %s in this story", name)
		}
		env := map[string]string{"CONGVU_SERVER": who.server, "CONGVU_TOKEN": who.token}
		w.run(ts, neg, env, append([]string{"remote"}, args...))
	}
}

func tellLocal(ts *testscript.TestScript, neg bool, args []string) {
	taleOf(ts).run(ts, neg, nil, args)
}

// run runs a verb of the program in the story's directory.
func (w *tale) run(ts *testscript.TestScript, neg bool, env map[string]string, args []string) {
	back, err := os.Getwd()
	ts.Check(err)
	ts.Check(os.Chdir(ts.MkAbs(".")))
	defer func() { ts.Check(os.Chdir(back)) }()
	input, _ := os.ReadFile(ts.MkAbs("input"))
	at := &world{in: bytes.NewReader(input), out: ts.Stdout(), err: ts.Stderr(), env: func(k string) string {
		if v, ok := env[k]; ok {
			return v
		}
		return ts.Getenv(k)
	}}
	w.last = command(context.Background(), at, args)
	if (w.last != 0) != neg {
		ts.Fatalf("exit code %d", w.last)
	}
}

// tellExits checks the exit code of the verb before it: exits 3.
func tellExits(ts *testscript.TestScript, _ bool, args []string) {
	if got := fmt.Sprint(taleOf(ts).last); len(args) != 1 || got != args[0] {
		ts.Fatalf("exit code %s, want %v", got, args)
	}
}

// tellAwait repeats a person's verb until it prints something: await 'Đã đến' clerk deliveries $DOC.
func tellAwait(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: await PATTERN PERSON VERB…")
	}
	w := taleOf(ts)
	who, pattern := w.people[args[1]], regexp.MustCompile(args[0])
	var out bytes.Buffer
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		out.Reset()
		env := map[string]string{"CONGVU_SERVER": who.server, "CONGVU_TOKEN": who.token}
		at := &world{in: strings.NewReader(""), out: &out, err: &out, env: func(k string) string { return env[k] }}
		if command(context.Background(), at, append([]string{"remote"}, args[2:]...)) == 0 && pattern.Match(out.Bytes()) {
			ts.Stdout().Write(out.Bytes())
			return
		}
	}
	ts.Fatalf("%q never appeared:\n%s", args[0], out.String())
}

// tellKeep keeps what the last verb printed in a variable: keep DOC 'outgoing/\d+'. A group in the pattern is what is kept.
func tellKeep(ts *testscript.TestScript, _ bool, args []string) {
	found := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if found == nil {
		ts.Fatalf("%q is not in the output", args[1])
	}
	ts.Setenv(args[0], found[len(found)-1])
}

// tellFill puts the script's variables into its files.
func tellFill(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(os.Expand(ts.ReadFile(name), ts.Getenv)), 0o600))
	}
}

// tellYears moves the clock to the next year.
func tellYears(ts *testscript.TestScript, _ bool, args []string) {
	w := taleOf(ts)
	now := w.clock.Now().In(calendar.Hanoi)
	then := time.Date(now.Year()+1, 1, 2, 9, 0, 0, 0, calendar.Hanoi)
	w.clock.ahead.Store(int64(time.Until(then)))
	ts.Setenv("YEAR", fmt.Sprint(then.Year()))
	ts.Setenv("TODAY", string(calendar.DateOf(then)))
}

// tellLater moves the clock ahead by days: later 31.
func tellLater(ts *testscript.TestScript, _ bool, args []string) {
	w := taleOf(ts)
	days := 0
	_, err := fmt.Sscan(args[0], &days)
	ts.Check(err)
	w.clock.ahead.Add(int64(days) * int64(24*time.Hour))
	ts.Setenv("TODAY", string(calendar.DateOf(w.clock.Now())))
}

// tellForge changes one text for another in every file that the first installation packs from now on.
func tellForge(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 || len(args[0]) != len(args[1]) {
		ts.Fatalf("usage: forge TEXT TEXT, of the same length")
	}
	f := taleOf(ts).first.forger
	f.mu.Lock()
	f.from, f.for_ = args[0], args[1]
	f.mu.Unlock()
}

// tellParcel writes the sealed parcel of an issued document to a file: parcel $DOC FILE.
func tellParcel(ts *testscript.TestScript, _ bool, args []string) {
	w := taleOf(ts)
	var id int64
	_, err := fmt.Sscan(ts.Getenv("AGENCY"), &id)
	ts.Check(err)
	who := store.Actor{Agency: id, Roles: store.Clerk, Via: store.ViaWeb}
	all, err := exchange.Parcels(context.Background(), w.first.DB, who, args[0])
	ts.Check(err)
	if len(all) == 0 {
		ts.Fatalf("%s left in no parcel", args[0])
	}
	b, err := blob.ReadAll(context.Background(), w.first.Blobs, all[0].SHA, all[0].Size)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o600))
}

// tellChange changes one text for another of the same length in a file: change FROM.pdf TO.pdf TEXT TEXT.
func tellChange(ts *testscript.TestScript, _ bool, args []string) {
	b := []byte(ts.ReadFile(args[0]))
	if len(args[2]) != len(args[3]) || !bytes.Contains(b, []byte(args[2])) {
		ts.Fatalf("%s has no %q", args[0], args[2])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), bytes.ReplaceAll(b, []byte(args[2]), []byte(args[3])), 0o600))
}

// tellSecond opens another installation with its own data, joined to the first one's axis; its people are peer-….
func tellSecond(ts *testscript.TestScript, _ bool, _ []string) {
	w := taleOf(ts)
	s := &settings{Trust: w.trust, AxisHub: "nats://" + w.first.Axis.Addr(), AxisPassword: peerPassword}
	at := w.found(s, []int{peerOffice}, []int{0, 1, 2}, nil)
	w.cast(ts, at, "peer-", peerOffice)
	ts.Setenv("PEER_DATA", s.Data)
}
