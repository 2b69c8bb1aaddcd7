package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"congvu/internal/api"
	"congvu/internal/web"
)

var updateRights = flag.Bool("update", false, "write the table of rights anew")

// rightsDoors are the two doors of a town and how one knocks.
type rightsDoors struct {
	*rightsTown
	web    *web.Door
	api    http.Handler
	log    *frozenLog
	bodies map[string]string // JSON forms of the API by "METHOD /path"
}

func (w *rightsTown) open() *rightsDoors {
	w.t.Helper()
	d := &rightsDoors{rightsTown: w, log: &frozenLog{}}
	d.web = web.New(web.Config{DB: w.db, Index: newIndex(w.db), Desk: w.desk, Exchange: w.exchange, Log: d.log.logger()})
	w.t.Cleanup(d.web.Close)
	d.api = api.New(api.Config{DB: w.db, Index: newIndex(w.db), Desk: w.desk, Exchange: w.exchange, TestCertificates: true, Log: d.log.logger()})
	d.bodies = d.forms()
	return d
}

// rightsRoute is one address of one door.
type rightsRoute struct{ door, method, path string }

func (r rightsRoute) String() string { return r.door + " " + r.method + " " + r.path }

// rightsRoutes asks the routers themselves, so that no address is forgotten.
func rightsRoutes() (out []rightsRoute) {
	for _, r := range web.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		out = append(out, rightsRoute{"web", method, path})
	}
	for _, r := range api.Routes() {
		out = append(out, rightsRoute{"api", r.Method, r.Path})
	}
	slices.SortFunc(out, func(a, b rightsRoute) int {
		return strings.Compare(a.door+a.path+a.method, b.door+b.path+b.method)
	})
	return out
}

// answer is what a door said.
type answer struct {
	status int
	body   string
	to     string
	frozen bool // the act was allowed and stopped only at the journal
}

func (a answer) word() string {
	if a.frozen {
		return "ok"
	}
	return fmt.Sprint(a.status)
}

// knock sends one request of somebody of an office; role "nobody" sends none of the office's secrets.
func (d *rightsDoors) knock(r rightsRoute, path string, o *rightsOffice, role string) answer {
	d.t.Helper()
	var body io.Reader = http.NoBody
	kind := ""
	switch {
	case r.door == "web" && r.method == http.MethodPost:
		body, kind = strings.NewReader(d.form(o).Encode()), "application/x-www-form-urlencoded"
	case r.door == "api" && d.bodies[r.method+" "+r.path] == "file":
		body, kind = oneFile()
	case r.door == "api" && r.method != http.MethodGet && r.method != http.MethodDelete:
		body, kind = strings.NewReader(strings.ReplaceAll(d.bodies[r.method+" "+r.path], "@post@", fmt.Sprint(o.people["head"].Holding))), "application/json"
	}
	ctx := d.t.Context()
	if r.path == "/events" {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, 30*time.Millisecond)
		defer stop()
	}
	q := httptest.NewRequestWithContext(ctx, r.method, "http://127.0.0.1"+path, body)
	q.RemoteAddr = "127.0.0.1:40000"
	if kind != "" {
		q.Header.Set("Content-Type", kind)
	}
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	if r.door == "web" {
		if role != "nobody" {
			q.AddCookie(&http.Cookie{Name: "__Host-congvu", Value: o.sessions[role]})
		}
		d.web.ServeHTTP(w, q)
	} else {
		if role != "nobody" {
			q.Header.Set("Authorization", "Bearer "+o.tokens[role])
		}
		d.api.ServeHTTP(w, q)
	}
	a := answer{status: w.Code, body: w.Body.String(), to: w.Header().Get("Location")}
	frozen, other := d.log.take()
	a.frozen = frozen && a.status == http.StatusInternalServerError
	if a.status >= 500 && !a.frozen {
		d.t.Errorf("%s as %s: %d %s", r, role, a.status, strings.Join(other, " "))
	}
	return a
}

// form answers, as far as one form can, what the forms of the web ask.
func (d *rightsDoors) form(o *rightsOffice) url.Values {
	const words = "Lý do và nội dung đủ dài để nhận"
	post := fmt.Sprint(o.people["head"].Holding)
	return url.Values{"reason": {words}, "note": {words}, "words": {words}, "text": {words}, "comment": {words}, "opinion": {words}, "result": {words}, "ground": {"other"}, "to": {post}, "next": {post},
		"lead": {"p" + post}, "rule": {words}, "consent": {"yes"}, "password": {"không phải mật khẩu này"}, "from": {"2026-12-01"}, "on": {"2026-12-01"}, "until": {"2026-12-01"}, "name": {words}}
}

func oneFile() (io.Reader, string) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	f, err := m.CreateFormFile("file", "thu.txt")
	if err == nil {
		_, err = io.WriteString(f, "nội dung thử")
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		panic(err)
	}
	return &b, m.FormDataContentType()
}

// forms fills the forms of the API from its own document: what is required, and texts and posts wherever they are asked.
func (d *rightsDoors) forms() map[string]string {
	w := httptest.NewRecorder()
	d.api.ServeHTTP(w, httptest.NewRequest("GET", api.Prefix+"/openapi.json", nil))
	var doc struct {
		Paths map[string]map[string]struct {
			RequestBody *struct {
				Content map[string]struct{ Schema map[string]any }
			}
		}
		Components struct{ Schemas map[string]map[string]any }
	}
	d.must(json.Unmarshal(w.Body.Bytes(), &doc))
	out := map[string]string{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			key := strings.ToUpper(method) + " " + api.Prefix + strings.TrimPrefix(path, api.Prefix)
			if op.RequestBody == nil {
				out[key] = "{}"
				continue
			}
			if c, ok := op.RequestBody.Content["application/json"]; ok {
				text, err := json.Marshal(sample(c.Schema, doc.Components.Schemas))
				d.must(err)
				out[key] = string(text)
			} else {
				out[key] = "file"
			}
		}
	}
	if len(out) < 40 {
		d.t.Fatalf("only %d forms in the document of the API", len(out))
	}
	return out
}

var sampleWords = map[string]string{"reason": "Lý do đủ dài để nhận", "note": "Ghi chú", "text": "Ý kiến của phép thử", "opinion": "Ý kiến", "result": "Kết quả", "to": "@post@", "target": "@post@", "ground": "other"}

func sample(schema map[string]any, all map[string]map[string]any) any {
	if ref, ok := schema["$ref"].(string); ok {
		return sample(all[strings.TrimPrefix(ref, "#/components/schemas/")], all)
	}
	if of, ok := schema["enum"].([]any); ok {
		return of[0]
	}
	switch schema["type"] {
	case "object":
		out := map[string]any{}
		required, _ := schema["required"].([]any)
		properties, _ := schema["properties"].(map[string]any)
		for name, p := range properties {
			s := p.(map[string]any)
			words, known := sampleWords[name]
			switch {
			case known && (s["type"] == "string" || s["$ref"] == "#/components/schemas/ID"):
				out[name] = words
			case slices.Contains(required, any(name)) && (name == "agency" || name == "incoming"):
				out[name] = "@post@"
			case slices.Contains(required, any(name)):
				out[name] = sample(s, all)
			}
		}
		return out
	case "array":
		return []any{}
	case "integer", "number":
		return 1
	case "boolean":
		return true
	}
	if schema["format"] == "date" {
		return "2026-11-23"
	}
	if schema["pattern"] != nil {
		return "@post@"
	}
	return "văn bản thử"
}

// rightsCase is one thing of an office that an address can be about.
type rightsCase struct{ name, path string }

var withinPath = regexp.MustCompile(`\{[^}]*\}`)

func filled(path string, ids ...int64) string {
	for _, id := range ids {
		if at := withinPath.FindStringIndex(path); at != nil {
			path = path[:at[0]] + fmt.Sprint(id) + path[at[1]:]
		}
	}
	return path
}

// cases fills an address with an office's identifiers. known is false for an address that the test does not understand yet.
func (o *rightsOffice) cases(path string) (out []rightsCase, known bool) {
	local := strings.TrimPrefix(path, api.Prefix)
	each := func(ids map[string]int64) {
		for _, name := range slices.Sorted(maps.Keys(ids)) {
			out = append(out, rightsCase{name, filled(path, ids[name])})
		}
	}
	one := func(ids ...int64) { out = append(out, rightsCase{"", filled(path, ids...)}) }
	has := func(prefix string) bool { return local == prefix || strings.HasPrefix(local, prefix+"/") }
	if out = o.dossierCases(local, path); out != nil {
		return out, true
	}
	switch {
	case !strings.Contains(strings.ReplaceAll(path, "{$}", ""), "{"):
		out = append(out, rightsCase{"", strings.ReplaceAll(path, "{$}", "")})
	case has("/incoming/{id}/lines/{line}"):
		for _, state := range slices.Sorted(maps.Keys(o.lines)) {
			out = append(out, rightsCase{state, filled(path, o.incoming[state], o.lines[state])})
		}
	case has("/incoming/{id}"):
		each(o.incoming)
	case has("/outgoing/{id}/files/{file}"):
		out = []rightsCase{{"draft", filled(path, o.outgoing["draft"], o.files["draft"])}, {"issued", filled(path, o.outgoing["issued"], o.files["outgoing"])}}
	case has("/outgoing/{id}/deliveries/{delivery}"):
		one(o.outgoing["issued"], o.deliveries["issued"])
	case has("/outgoing/{id}/stamps/{stamp}"):
		one(o.outgoing["signed"], o.stamp)
	case has("/preservation/stamps/{id}"), has("/admin/preservation/stamps/{id}"):
		one(o.stamp)
	case has("/preservation/files/{id}"), has("/admin/preservation/files/{id}"), has("/files/{id}/preserved"), has("/files/{id}/preservation"):
		one(o.preserved)
	case has("/outgoing/{id}/sources/{source}"):
		for _, state := range slices.Sorted(maps.Keys(o.outgoing)) {
			out = append(out, rightsCase{state, filled(path, o.outgoing[state], nobodysID)})
		}
	case has("/outgoing/{id}/versions/{no}"):
		for _, state := range slices.Sorted(maps.Keys(o.outgoing)) {
			out = append(out, rightsCase{state, filled(path, o.outgoing[state], 1)})
		}
	case has("/signing/batches/{id}"):
		one(o.batch)
	case has("/signings/{id}"):
		one(o.signing)
	case has("/outgoing/{id}/opinions/{opinion}"):
		one(o.outgoing["in_review"], o.opinion)
	case has("/outgoing/{id}/opinions/{request}"):
		one(o.outgoing["in_review"], o.asking)
	case has("/opinions/{id}"):
		one(o.opinion)
	case has("/opinion-requests/{id}"):
		one(o.asking)
	case has("/outgoing/{id}/comments/{comment}"):
		one(o.outgoing["in_review"], o.comment)
	case has("/outgoing/{id}/approvals/{step}"):
		one(o.outgoing["in_review"], o.step)
	case has("/assignments/{id}"):
		one(o.assignment)
	case has("/outgoing/{id}"), has("/signing/{id}"):
		each(o.outgoing)
	case has("/rules/{id}"):
		one(o.rule)
	case has("/templates/{key}"):
		out = []rightsCase{{"", strings.Replace(path, "{key}", fmt.Sprint(o.template), 1)}}
	case has("/groups/{id}"):
		one(o.group)
	case has("/phrases/{id}"):
		one(o.phrase)
	case has("/standins/{id}"):
		one(o.standin)
	case has("/handover/{id}"):
		one(o.people["specialist"].Holding)
	case has("/extensions/{id}"):
		one(o.extension)
	case has("/copies/{id}"):
		one(o.copy)
	case has("/search/saved/{id}/delete"):
		one(o.forgotten)
	case has("/search/saved/{id}/forget"):
		one(o.dropped)
	case has("/search/saved/{id}"):
		one(o.saved)
	case has("/admin/past/{id}"), has("/past/{id}"), has("/takeovers/{id}"): // an agency that still works: nobody took it over
		one(int64(o.agency))
	case has("/handovers/{id}"): // nobody's: no decision is approved here
		out = append(out, rightsCase{"", filled(strings.NewReplacer("{format}", "pdf", "{form}", "pdf").Replace(path), nobodysID)})
	case has("/admin/past/keepers/{id}"), has("/past/keepers/{id}"): // a post like any other: it keeps no past
		one(o.people["specialist"].Holding)
	case has("/admin/reorganisations/{id}"), has("/reorganisations/{id}"):
		one(o.reorganised, nobodysID)
	case has("/admin/directory/conflicts/{id}"), has("/directory/conflicts/{id}"), has("/admin/directory/runs/{id}"), has("/directory/runs/{id}"): // the city's, and there is none
		one(nobodysID)
	case has("/directory/agencies/{id}"):
		one(int64(o.agency))
	case has("/admin/directory/senders/{code}"), has("/directory/senders/{code}"):
		out = append(out, rightsCase{"", strings.Replace(path, "{code}", "990000000001", 1)})
	case has("/desk/{id}"):
		each(o.incoming)
	case has("/lines/{id}"):
		each(o.lines)
	case has("/files/{id}/signed/{no}"):
		for _, name := range slices.Sorted(maps.Keys(o.files)) {
			out = append(out, rightsCase{name, filled(path, o.files[name], 1)})
		}
	case has("/files/{id}"):
		each(o.files)
	case has("/registers/outgoing/{id}"):
		one(o.registers["outgoing"])
	case has("/registers/incoming/{id}"):
		one(o.registers["incoming"])
	case has("/registers/{id}"):
		out = []rightsCase{{"incoming", filled(path, o.registers["incoming"])}, {"outgoing", filled(path, o.registers["outgoing"])}}
	case has("/reservations/{id}"):
		one(o.reservation)
	case has("/secrets/{id}"):
		one(o.secret)
	case has("/postings/{id}"):
		one(o.posting)
	case has("/copy-uses/{id}"):
		one(o.copyUse)
	case has("/deliveries/{id}"), has("/exchange/deliveries/{id}"):
		one(o.deliveries["issued"])
	case has("/quarantine/{id}"), has("/exchange/quarantine/{id}"):
		one(o.quarantine)
	case has("/requests/{id}"): // none names two documents: everybody but the registry is refused before that is looked at
		one(nobodysID)
	case has("/rights/grants/{id}"):
		one(o.grant)
	case has("/rights/requests/{id}"):
		one(o.request)
	case has("/rights/changes/{id}"):
		one(o.change)
	case has("/rights/freezes/{id}"):
		one(o.freeze)
	case has("/rights/people/{id}"):
		one(o.people["specialist"].Person)
	case has("/admin/people/{id}"):
		one(o.people["specialist"].Person)
	case has("/admin/holdings/{id}"):
		one(o.people["specialist"].Holding)
	case has("/admin/units/{id}"):
		one(int64(o.unit))
	case has("/admin/delegations/{id}"), has("/delegations/{id}"):
		one(o.delegation)
	case has("/admin/certificates/{id}"):
		one(o.certificate)
	case has("/types/{code}"), has("/admin/types/{code}"):
		out = append(out, rightsCase{"", strings.Replace(path, "{code}", "CONG_VAN", 1)})
	case has("/admin/agencies/{id}"), has("/agencies/{id}"):
		one(int64(o.agency))
	case has("/pictures/{id}"):
		each(o.pictures)
	case has("/account/sessions/{id}"):
		one(o.session)
	case has("/account/tokens/{id}"), has("/tokens/{id}"):
		one(o.apiToken)
	case has("/notices/{id}"):
		one(o.message)
	case has("/batches/{id}"):
		one(o.batch)
	case has("/sign-agent/{token}"): // a token of nobody's
		out = []rightsCase{{"", strings.ReplaceAll(path, "{token}", strings.Repeat("A", 43))}}
	case has("/channels"), has("/admin/channels"): // calls and routes of the installation: none yet
		one(nobodysID)
	case has("/admin/import/templates/{kind}"):
		out = []rightsCase{{"", strings.ReplaceAll(path, "{kind}", "people")}}
	default:
		return nil, false
	}
	return out, true
}

// mixed are addresses whose first identifier is one's own and whose second is a stranger's.
func mixed(own, foreign *rightsOffice, path string) (stranger, nothing string) {
	first, second := int64(0), int64(0)
	switch {
	case strings.Contains(path, "{line}"):
		first, second = own.incoming["assigned"], foreign.lines["assigned"]
	case strings.Contains(path, "{file}"):
		first, second = own.outgoing["draft"], foreign.files["draft"]
	case strings.Contains(path, "{stamp}"):
		first, second = own.outgoing["signed"], foreign.stamp
	case strings.Contains(path, "{delivery}"):
		first, second = own.outgoing["issued"], foreign.deliveries["issued"]
	default:
		return "", ""
	}
	return filled(path, first, second), filled(path, first, nobodysID)
}

const nobodysID = 999999999999999999

// beyond tells where a role reaches over the border of its agency on purpose: the directory of agencies and the list of types are everybody's, and the administrator
// of the system keeps people and parcels of the whole installation.
func beyond(path, role string) bool {
	local := strings.TrimPrefix(path, api.Prefix)
	if strings.HasPrefix(local, "/agencies/") || strings.HasPrefix(local, "/admin/import/") || strings.HasPrefix(local, "/types/") || strings.HasPrefix(local, "/admin/types/") ||
		strings.HasPrefix(local, "/admin/directory/senders/") { // a code that nobody knows: no agency's
		return true
	}
	return role == "system_admin" && (strings.HasPrefix(local, "/admin/") || strings.HasPrefix(local, "/quarantine/") || strings.HasPrefix(local, "/reorganisations/") || strings.HasPrefix(local, "/directory/") || strings.HasPrefix(local, "/past/") || strings.HasPrefix(local, "/exchange/quarantine/"))
}

var (
	longNumber = regexp.MustCompile(`[0-9]{9,}`)
	requestIDs = regexp.MustCompile(`\b[0-9a-f]{12}\b|\b[0-9a-f]{24}\b`)
)

// plain is an answer without what differs from request to request.
func plain(s string) string {
	return longNumber.ReplaceAllString(requestIDs.ReplaceAllString(s, "*"), "#")
}

// Every address of both doors, asked by every role: what is a stranger's answers like what does not exist and says no word of it (T01, house law 6); nobody is
// led to the sign-in; what is one's own answers as testdata/rights.txt says. A changed right is a changed line there; a new address is a missing one.
// V19: every address, every role, a foreign agency.
// V79: what each role may open is a table.
// V55: rights follow roles.
func TestEveryAddressAnswersEveryRoleAsTheTableSays(t *testing.T) {
	w := newRightsTown(t)
	w.furnish(w.own)
	d := w.open()
	for _, role := range rightsRoles { // the desk opens the first document that waits, and its news is news no longer
		d.knock(rightsRoute{"web", http.MethodGet, "/desk"}, "/desk", w.own, role)
	}
	left := d.exports()
	before := d.world()
	w.furnish(w.foreign)
	w.flood(w.foreign, 1500)
	d.compareWorlds(before, d.world())
	d.compareExports(left, d.exports())
	w.freeze()
	length := w.journalLength()
	var table strings.Builder
	fmt.Fprintf(&table, "# What every role of an agency is answered about its agency's own things; \"ok\" = the act is done. Written by: go test ./cmd/congvu -run Table -update\n# %s\n", strings.Join(rightsRoles, " "))
	asked := 0
	for _, r := range rightsRoutes() {
		cases, known := w.own.cases(r.path)
		if !known {
			t.Errorf("%s: the test does not know what this address is about; teach it in cases", r)
			continue
		}
		d.strangers(r)
		asked += len(cases) * len(rightsRoles)
		d.tabulate(&table, r, cases)
	}
	if n := w.journalLength(); n != length {
		t.Errorf("the journal grew by %d entries", n-length)
	}
	t.Logf("%d questions about own things", asked)
	const golden = "testdata/rights.txt"
	if *updateRights {
		w.must(os.MkdirAll("testdata", 0o755))
		w.must(os.WriteFile(golden, []byte(table.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	w.must(err)
	reportDifference(t, string(want), table.String())
}

func reportDifference(t *testing.T, want, got string) {
	t.Helper()
	wanted, gotten := strings.Split(want, "\n"), strings.Split(got, "\n")
	for _, line := range wanted {
		if !slices.Contains(gotten, line) {
			t.Errorf("the table says   %s", line)
		}
	}
	for _, line := range gotten {
		if !slices.Contains(wanted, line) {
			t.Errorf("the doors answer %s", line)
		}
	}
}

// tabulate writes the rows of one address: cases that answer alike share a row.
func (d *rightsDoors) tabulate(table *strings.Builder, r rightsRoute, cases []rightsCase) {
	var rows, names []string
	for _, c := range cases {
		var words []string
		for _, role := range rightsRoles {
			a := d.knock(r, c.path, d.own, role)
			if strings.Contains(a.body, d.foreign.word) && !beyond(r.path, role) && role != "system_admin" {
				d.t.Errorf("%s as %s names what is %s's", r, role, d.foreign.word)
			}
			words = append(words, a.word())
		}
		row := strings.Join(words, " ")
		if i := slices.Index(rows, row); i >= 0 {
			names[i] += "," + c.name
		} else {
			rows, names = append(rows, row), append(names, c.name)
		}
	}
	for i, row := range rows {
		fmt.Fprintf(table, "%s", r)
		if names[i] != "" {
			fmt.Fprintf(table, " [%s]", names[i])
		}
		fmt.Fprintf(table, ": %s\n", row)
	}
}

// strangers asks an address about a foreign agency's things: the answer must be the one about nothing at all.
func (d *rightsDoors) strangers(r rightsRoute) {
	if !strings.Contains(strings.ReplaceAll(r.path, "{$}", ""), "{") {
		return
	}
	cases, _ := d.foreign.cases(r.path)
	for _, role := range rightsRoles {
		if beyond(r.path, role) {
			continue
		}
		nothing := map[string]answer{}
		for _, c := range cases {
			nobodys := longNumber.ReplaceAllString(c.path, fmt.Sprint(nobodysID)) // the same address about nothing
			if nobodys == c.path && !strings.Contains(c.path, fmt.Sprint(nobodysID)) {
				nobodys = filled(r.path, nobodysID, nobodysID)
			}
			if _, asked := nothing[nobodys]; !asked {
				nothing[nobodys] = d.knock(r, nobodys, d.own, role)
			}
			d.compare(r, c, role, nothing[nobodys])
		}
		if stranger, nobodys := mixed(d.own, d.foreign, r.path); stranger != "" {
			d.compare(r, rightsCase{"mixed", stranger}, role, d.knock(r, nobodys, d.own, role))
		}
	}
}

// compare asks about a foreign thing and expects what was answered about nothing.
func (d *rightsDoors) compare(r rightsRoute, c rightsCase, role string, nothing answer) {
	a := d.knock(r, c.path, d.own, role)
	switch {
	case strings.Contains(a.body+a.to, d.foreign.word):
		d.t.Errorf("%s [%s] as %s: the answer %d names what is foreign", r, c.name, role, a.status)
	case role == "nobody" && !strings.HasPrefix(r.path, "/sign-agent/"): // there the token is the right, and who has none is told as everybody else
		d.nobody(r, a)
	case a.frozen || a.status < 300:
		d.t.Errorf("%s [%s] as %s: a foreign thing answers %s", r, c.name, role, a.word())
	case a.status != nothing.status:
		d.t.Errorf("%s [%s] as %s: a foreign thing answers %d, nothing answers %d", r, c.name, role, a.status, nothing.status)
	case plain(a.body) != plain(nothing.body) || plain(a.to) != plain(nothing.to):
		d.t.Errorf("%s [%s] as %s: a foreign thing (%d) answers other words than nothing", r, c.name, role, a.status)
	}
}

// nobody is led to the sign-in by the web and refused by the API.
func (d *rightsDoors) nobody(r rightsRoute, a answer) {
	switch {
	case r.door == "api" && a.status != http.StatusUnauthorized:
		d.t.Errorf("%s as nobody: %d", r, a.status)
	case r.door == "web" && (a.status != http.StatusSeeOther || !strings.HasPrefix(a.to, web.PathSignIn)):
		d.t.Errorf("%s as nobody: %d %s", r, a.status, a.to)
	}
}

// world is everything that people of the own agency can read without naming a thing, in both doors; an export of the journal is itself an entry of it.
func (d *rightsDoors) world() map[string]string {
	d.t.Helper()
	out := map[string]string{}
	paths := map[rightsRoute]string{}
	for _, r := range rightsRoutes() {
		// the stream of events and the journal's table say what happened; a sample page is signed anew each time
		if r.method == http.MethodGet && !slices.Contains([]string{"/events", "/admin/journal.csv", "/pictures/sample.pdf"}, r.path) && !strings.Contains(strings.ReplaceAll(r.path, "{$}", ""), "{") {
			paths[r] = strings.ReplaceAll(r.path, "{$}", "")
		}
	}
	for _, q := range []string{"/incoming?tab=all&q=van", "/incoming?tab=all&q=" + d.foreign.word, "/outgoing?tab=all&q=" + d.foreign.word, "/outgoing?tab=issued", "/search?q=" + d.foreign.word,
		"/search?q=den", "/search?q=701", "/search?q=01", "/search?q=ho+so", "/search?kind=out&q=van", "/incoming?tab=done", "/incoming?tab=to_submit", "/incoming?tab=overdue", "/outgoing?tab=mine", "/outgoing?tab=all",
		"/follow?tab=overdue", "/follow?q=" + d.foreign.word, "/statistics?from=2026-01-01&to=2026-12-31", "/dossiers?q=" + d.foreign.word, "/dossiers?tab=all", "/rules?q=" + d.foreign.word, "/copies?x=1",
		"/suggest/agencies?q=" + d.foreign.word, "/suggest/receivers?q=" + d.foreign.word, "/week?x=1", "/registers?year=2026", "/admin/journal?q=" + d.foreign.word, "/exchange?tab=quarantine", "/suggest/targets?q=" + d.foreign.word} {
		paths[rightsRoute{"web", http.MethodGet, q}] = q
	}
	for _, q := range []string{"/incoming?tab=all&q=" + d.foreign.word, "/outgoing?tab=all&q=" + d.foreign.word, "/outgoing?tab=issued", "/incoming?tab=all", "/search?q=" + d.foreign.word, "/search?q=den",
		"/follow?tab=overdue", "/dossiers?q=" + d.foreign.word, "/statistics?from=2026-01-01&to=2026-12-31"} {
		paths[rightsRoute{"api", http.MethodGet, api.Prefix + q}] = api.Prefix + q
	}
	for r, path := range paths {
		for _, role := range rightsRoles {
			if role != "system_admin" {
				a := d.knock(r, path, d.own, role)
				out[r.String()+" as "+role] = fmt.Sprint(a.status, " ", a.to, "\n", requestIDs.ReplaceAllString(a.body, "*"))
			}
		}
	}
	return out
}

// exports is every table and file that people of the own agency can take out of the system: registers, books, statistics, what a search found.
func (d *rightsDoors) exports() map[string]string {
	d.t.Helper()
	out := map[string]string{}
	var paths []string
	for _, format := range []string{"xlsx", "docx"} {
		for _, id := range []int64{d.own.registers["incoming"], d.own.registers["outgoing"]} {
			paths = append(paths, fmt.Sprintf("web /registers/%d/export?of=book&format=%s", id, format), fmt.Sprintf("api %s/registers/%d/export?format=%s", api.Prefix, id, format))
		}
		paths = append(paths, fmt.Sprintf("web /registers/%d/export?of=follow_up&format=%s", d.own.registers["incoming"], format))
		for _, at := range []string{"/search/export?q=", "/search/export?q=" + d.foreign.word, "/statistics/export?x=", "/postings/export?x=", "/copy-uses/export?x="} {
			paths = append(paths, "web "+at+"&format="+format)
		}
		for _, at := range []string{"/statistics/report?x=", "/postings/export?x=", "/copy-uses/export?x="} {
			paths = append(paths, "api "+api.Prefix+at+"&format="+format)
		}
	}
	for _, at := range []string{"lines", "reservations"} {
		paths = append(paths, fmt.Sprintf("api %s/registers/%d/%s", api.Prefix, d.own.registers["outgoing"], at), fmt.Sprintf("api %s/registers/%d/%s", api.Prefix, d.own.registers["incoming"], at))
	}
	for _, p := range paths {
		door, path, _ := strings.Cut(p, " ")
		for _, role := range rightsRoles {
			if role != "system_admin" && role != "nobody" {
				a := d.knock(rightsRoute{door, http.MethodGet, path}, path, d.own, role)
				out[p+" as "+role] = fmt.Sprint(a.status, "\n", requestIDs.ReplaceAllString(told(a.body), "*"))
			}
		}
	}
	return out
}

// told is the text of an answer; of a workbook or document that of its parts.
func told(body string) string {
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		return body
	}
	var out strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return body
		}
		fmt.Fprintf(&out, "== %s\n", f.Name)
		io.Copy(&out, r)
		r.Close()
	}
	return out.String()
}

// compareExports: what a person takes away says nothing of another agency either.
func (d *rightsDoors) compareExports(without, with map[string]string) {
	d.t.Helper()
	given := 0
	for at, want := range without {
		if strings.HasPrefix(want, "200") {
			given++
		}
		if with[at] != want {
			d.t.Errorf("%s differs once another agency has documents", at)
		}
		if strings.Contains(with[at], d.foreign.word) && !strings.Contains(at, d.foreign.word) {
			d.t.Errorf("%s names what is %s's", at, d.foreign.word)
		}
	}
	if given < 30 {
		d.t.Errorf("only %d of %d exports were given to anybody", given, len(without))
	}
}

// compareWorlds: whether a foreign agency has documents cannot be seen from here (T02).
func (d *rightsDoors) compareWorlds(without, with map[string]string) {
	d.t.Helper()
	full := 0
	for at, want := range without {
		got := with[at]
		if strings.Contains(got, d.own.word) {
			full++
		}
		if got != want {
			i := 0
			for i < len(got) && i < len(want) && got[i] == want[i] {
				i++
			}
			d.t.Errorf("%s differs once another agency has documents:\n%.200q\n%.200q", at, want[max(0, i-80):], got[max(0, i-80):])
		}
	}
	if full < 40 {
		d.t.Errorf("only %d of %d pages show anything of their own agency", full, len(without))
	}
}

var railLink = regexp.MustCompile(`href="(/[^"?#]*)"`)

// What the rail offers a role answers it, and every line of the rail is offered to somebody.
func TestEveryLineOfTheRailLeadsSomewhere(t *testing.T) {
	w := newRightsTown(t)
	d := w.open()
	offered := map[string]bool{}
	for _, role := range rightsRoles[:len(rightsRoles)-1] {
		home := d.knock(rightsRoute{"web", http.MethodGet, "/"}, "/", w.own, role)
		for _, r := range web.Routes() {
			if r.Nav == nil {
				continue
			}
			path := strings.TrimSuffix(strings.TrimPrefix(r.Pattern, "GET "), "{$}")
			shown := slices.ContainsFunc(railLink.FindAllStringSubmatch(home.body, -1), func(m []string) bool { return m[1] == path })
			a := d.knock(rightsRoute{"web", http.MethodGet, path}, path, w.own, role)
			if shown && a.status != http.StatusOK {
				t.Errorf("%s is offered %s, which answers %d", role, path, a.status)
			}
			offered[path] = offered[path] || shown
		}
	}
	for path, somebody := range offered {
		if !somebody {
			t.Errorf("nobody is offered %s", path)
		}
	}
}
