package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// printed runs one verb and gives what it wrote; it fails the test unless the code is as expected.
func printed(t *testing.T, code int, env map[string]string, args ...string) string {
	t.Helper()
	var out, err bytes.Buffer
	w := &world{in: strings.NewReader(""), out: &out, err: &err, env: func(name string) string { return env[name] }}
	if got := command(context.Background(), w, args); got != code {
		t.Fatalf("congvu %s: exit %d, want %d: %s%s", strings.Join(args, " "), got, code, out.String(), err.String())
	}
	return out.String() + err.String()
}

// The pages of reference are what the program says of itself: go test ./cmd/congvu -run Reference -update
func TestTheConfigurationReferenceIsCurrent(t *testing.T) {
	for file, args := range map[string][]string{"docs/configuration.md": {"config", "--markdown", "en"}, "docs/huong-dan/cau-hinh.md": {"config", "--markdown", "vi"},
		"deploy/congvu.env": {"config", "--env"}} {
		want := printed(t, 0, nil, args...)
		path := filepath.Join("../..", file)
		if *updateRights {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is stale: go test ./cmd/congvu -run Reference -update", file)
		}
	}
}

func TestEverySettingIsSaidInBothLanguages(t *testing.T) {
	known := map[string]bool{}
	for _, k := range reference() {
		known[k.flag] = true
		if english[k.flag] == "" {
			t.Errorf("--%s has no English meaning (config_reference.go)", k.flag)
		}
	}
	for name := range english {
		if !known[name] {
			t.Errorf("--%s is explained in English and does not exist", name)
		}
	}
	var all []byte
	for _, pattern := range []string{"*.go", "../../internal/blob/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") || filepath.Base(f) == "config_reference.go" {
				continue
			}
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, b...)
		}
	}
	for _, v := range besides {
		if !bytes.Contains(all, []byte(`"`+v.name+`"`)) && !bytes.Contains(all, []byte("biến "+v.name)) {
			t.Errorf("%s is in the reference, and nothing reads it", v.name)
		}
	}
}

// A file for the service is taken as systemd takes it, and every line of it is a setting of the server.
func TestTheSampleOfTheServicesFileIsTaken(t *testing.T) {
	env, known := map[string]string{}, map[string]bool{"CONGVU_S3_ACCESS_KEY": true, "CONGVU_S3_SECRET_KEY": true, "GOMEMLIMIT": true}
	for _, k := range reference() {
		known[k.env] = true
	}
	for line := range strings.SplitSeq(printed(t, 0, nil, "config", "--env"), "\n") {
		name, value, is := strings.Cut(strings.TrimPrefix(line, "#"), "=")
		if !is || strings.Contains(name, " ") {
			continue
		}
		if !known[name] {
			t.Errorf("%s is no setting", name)
		}
		env[name] = value
	}
	if len(env) < len(known) {
		t.Errorf("%d of %d settings are in the sample", len(env), len(known))
	}
	told := printed(t, 0, env, "config", "--explain")
	if !strings.Contains(told, "biến môi trường CONGVU_PUBLIC_URL") || strings.Contains(told, "postgres:///congvu") {
		t.Error(told)
	}
}

// The manual knows every verb and every option without running any, and its page is one that troff reads.
func TestTheManualIsWhatTheVerbsSay(t *testing.T) {
	pages := manual()
	byName := map[string]page{}
	for _, p := range pages {
		byName[p.name] = p
		if p.name != "remote" && p.usage == "" {
			t.Errorf("%s says no usage", p.name)
		}
	}
	for _, name := range []string{"serve", "backup", "remote inbox", "health"} {
		if byName[name].summary == "" || len(byName[name].options) == 0 {
			t.Errorf("%s: %+v", name, byName[name])
		}
	}
	var man, completion bytes.Buffer
	printMan(&man, pages)
	for line := range strings.SplitSeq(man.String(), "\n") {
		if strings.HasPrefix(line, "'") || strings.HasPrefix(line, ".") && !strings.Contains(" .TH .SH .SS .TP .PP .B .I .nf .fi .nh ", " "+strings.Fields(line + " .")[0]+" ") {
			t.Errorf("troff would take this as an order: %q", line)
		}
	}
	printCompletion(&completion, pages)
	if bash, err := exec.LookPath("bash"); err == nil {
		script := completion.String() + "\nCOMP_WORDS=(congvu backup --ke); COMP_CWORD=2; _congvu; echo \"${COMPREPLY[@]}\"; COMP_WORDS=(congvu remote inb); COMP_CWORD=2; _congvu; echo \"${COMPREPLY[@]}\""
		out, err := exec.Command(bash, "-c", script).CombinedOutput()
		if err != nil || string(out) != "--keep\ninbox\n" {
			t.Errorf("%v: %s", err, out)
		}
	}
	printed(t, 2, nil, "manual")
	printed(t, 2, nil, "config", "--markdown", "fr")
	if text := printed(t, 0, nil, "help"); !strings.Contains(text, "health") {
		t.Error(text)
	}
}
