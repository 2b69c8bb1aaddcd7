package main

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"congvu/internal/storetest"
)

// Every measurement runs to its end without an error on either engine; how fast it is, is not a test's business.
func TestEveryMeasurementRuns(t *testing.T) {
	t.Setenv(asProgram, "1") // the server whose memory is measured is this binary
	c := storetest.Config(t, nil)
	onlyOnSQLite(t)
	if c.Dir == "" {
		c.Dir = t.TempDir()
	}
	var out, said bytes.Buffer
	code := command(t.Context(), &world{in: os.Stdin, out: &out, err: &said, env: func(string) string { return "" }},
		[]string{"bench", "all", "--data", c.Dir, "--db", c.URL, "--rows", "2000", "--span", "50ms", "--towns", "one", "--json"})
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, said.String())
	}
	var got struct{ Measurements []measurement }
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, m := range got.Measurements {
		names[m.Name] = true
		if m.Errors > 0 {
			t.Errorf("%s: %d done, %d errors", m.Name, m.N, m.Errors)
		}
	}
	for _, name := range []string{"inbox page", "registrations", "directions", "register 50 at once", "sign, one consent", "one node, SQLite: 5 KB, 16 senders", "peak memory, people at work", "peak memory, register as PDF"} {
		if !names[name] {
			t.Errorf("%s was not measured", name)
		}
	}
	t.Log(said.String())
}
