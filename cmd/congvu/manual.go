package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// page is what the command line says of one verb: its usage lines and its options. Nothing of it is written twice: it is asked of the verbs themselves.
type page struct {
	name, summary string
	usage         string
	options       []option
}

type option struct {
	name, meaning, fallback string
	flag                    bool // takes no value
}

// hidden verbs are called by the server itself.
var hiddenVerbs = []string{"transcribe"}

// manual asks every verb for its usage and its options. Words below a verb ("remote inbox") have pages of their own.
func manual() (out []page) {
	for _, v := range verbs() {
		switch {
		case slices.Contains(hiddenVerbs, v.name):
		case v.name == "remote":
			out = append(out, page{name: "remote", summary: v.summary})
			for _, f := range fars() {
				out = append(out, asked("remote "+f.name, f.summary, v, f.name))
			}
		default:
			out = append(out, asked(v.name, v.summary, v))
			for _, word := range wordsBelow[v.name] {
				out = append(out, asked(v.name+" "+word, "", v, word))
			}
		}
	}
	return out
}

// wordsBelow are the words of a verb that declare options of their own.
var wordsBelow = map[string][]string{}

// asked runs a verb with -h and keeps what it declared and said.
func asked(name, summary string, v verb, words ...string) page {
	p := page{name: name, summary: summary}
	var said strings.Builder
	w := &world{in: strings.NewReader(""), out: &said, err: &said, env: func(string) string { return "" }}
	var declared *flag.FlagSet
	w.declared = func(fs *flag.FlagSet) { declared = fs }
	_ = v.run(context.Background(), w, append(words, "-h"))
	if declared != nil {
		declared.VisitAll(func(f *flag.Flag) {
			b, ok := f.Value.(interface{ IsBoolFlag() bool })
			p.options = append(p.options, option{name: f.Name, meaning: f.Usage, fallback: f.DefValue, flag: ok && b.IsBoolFlag()})
		})
	}
	p.usage, _, _ = strings.Cut(said.String(), "\n  -")
	p.usage = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(p.usage), "Cách dùng:"))
	return p
}

// manualVerb prints what packages need: the page of the manual and what a shell completes.
func manualVerb(_ context.Context, w *world, args []string) error {
	fs := flags(w, "manual", "manual man | bash")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	switch first(rest) {
	case "man":
		printMan(w.out, manual())
	case "bash":
		printCompletion(w.out, manual())
	default:
		return badUsage("cách dùng: congvu manual man | bash")
	}
	return nil
}

// roff keeps a text from being read as an order to the typesetter.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`).Replace(s)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	return s
}

func printMan(out io.Writer, pages []page) {
	shared := map[string]string{}
	for _, k := range reference() {
		shared[k.flag] = k.env
	}
	for _, o := range []string{"server", "token-file", "post", "json"} { // of every remote verb
		shared["remote "+o] = o
	}
	fmt.Fprintf(out, ".TH CONGVU 1 \"\" \"congvu\" \"congvu\"\n.nh\n.SH NAME\ncongvu \\- the document and direction system of Vietnamese state agencies\n")
	fmt.Fprint(out, ".SH SYNOPSIS\n.B congvu\n.I VERB\n[options]\n.SH DESCRIPTION\n")
	fmt.Fprintln(out, roff("congvu – nền tảng công vụ của thành phố: văn bản từ dự thảo đến lưu trữ, chữ ký số, liên thông giữa các cơ quan."))
	fmt.Fprintln(out, ".PP\n"+roff("Cấu hình (phần SETTINGS) là tùy chọn của mọi lệnh làm việc trên dữ liệu; lệnh remote nhận thêm --server, --token-file, --post, --json."))
	fmt.Fprintln(out, ".SH VERBS")
	for _, p := range pages {
		fmt.Fprintf(out, ".SS %s\n%s\n", roff(p.name), roff(p.summary))
		if p.usage != "" {
			fmt.Fprintln(out, ".PP\n.nf")
			for line := range strings.SplitSeq(p.usage, "\n") {
				fmt.Fprintln(out, roff(line))
			}
			fmt.Fprintln(out, ".fi")
		}
		head, _, _ := strings.Cut(p.name, " ")
		for _, o := range p.options {
			if env := shared[o.name]; env != "" && strings.Contains(o.meaning, env) || shared[head+" "+o.name] != "" {
				continue
			}
			describe(out, "--"+o.name, o.meaning, o.fallback)
		}
	}
	fmt.Fprint(out, ".SH SETTINGS\n")
	for _, k := range reference() {
		describe(out, "--"+k.flag, k.meaning+" (hoặc biến "+k.env+")", k.fallback)
	}
	fmt.Fprint(out, ".SH ENVIRONMENT\n")
	for _, v := range besides {
		describe(out, v.name, v.vi, "")
	}
	fmt.Fprint(out, ".SH EXIT STATUS\n"+roff("0: xong; 1: bị từ chối hoặc không làm được; 2: gõ sai lệnh; mã khác do từng lệnh nêu.")+"\n")
	fmt.Fprint(out, ".SH FILES\n.TP\n.B /etc/congvu/congvu.env\n"+roff("cấu hình của dịch vụ, mỗi dòng một biến môi trường")+"\n.TP\n.B /var/lib/congvu\n"+roff("dữ liệu của dịch vụ")+"\n")
}

func describe(out io.Writer, name, meaning, fallback string) {
	if fallback != "" && fallback != "false" && fallback != "0" {
		meaning += " (mặc định " + fallback + ")"
	}
	fmt.Fprintf(out, ".TP\n.B %s\n%s\n", roff(name), roff(strings.ReplaceAll(meaning, "\n", " ")))
}

// printCompletion writes a completion for bash: verbs, their words, their options; files for values.
func printCompletion(out io.Writer, pages []page) {
	var heads, remotes []string
	fmt.Fprint(out, "# congvu(1) completion\n_congvu()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} words=\n\tcase $verb in\n")
	for _, p := range pages {
		head, word, deeper := strings.Cut(p.name, " ")
		if !deeper {
			heads = append(heads, head)
		} else if head == "remote" {
			remotes = append(remotes, word)
		}
	}
	all := map[string][]string{}
	for _, p := range pages {
		head, _, _ := strings.Cut(p.name, " ")
		for _, o := range p.options {
			if s := "--" + o.name; !slices.Contains(all[head], s) {
				all[head] = append(all[head], s)
			}
		}
	}
	for _, h := range heads {
		if h != "remote" {
			fmt.Fprintf(out, "\t%s) words='%s' ;;\n", h, strings.Join(all[h], " "))
		}
	}
	fmt.Fprintf(out, "\tremote)\n\t\tif [ \"$COMP_CWORD\" = 2 ]; then words='%s'; else words='%s'; fi ;;\n", strings.Join(remotes, " "), strings.Join(all["remote"], " "))
	fmt.Fprintf(out, "\tesac\n\t[ \"$COMP_CWORD\" != 1 ] || words='%s help'\n", strings.Join(heads, " "))
	fmt.Fprint(out, "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n}\ncomplete -o default -F _congvu congvu\n")
}
