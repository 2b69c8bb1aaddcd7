package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// mostSuggested is how many answers a search-and-choose field shows.
const mostSuggested = 20

// hidden is a value a form carries along, such as the revision it was shown with.
func hidden(name string, value int64) templ.Component { return hiddenField(name, fmt.Sprint(value)) }

// chosenOf finds the options of chosen values, in the order chosen.
func chosenOf(options []Option, values []string) []Option {
	var out []Option
	for _, v := range values {
		for _, o := range options {
			if o.Value == v {
				out = append(out, o)
				break
			}
		}
	}
	return out
}

// matching finds options by the beginnings of their words, without marks.
func matching(options []Option, words string) []Option {
	wanted := strings.Fields(i18n.Fold(words))
	var out []Option
	for _, o := range options {
		text := " " + i18n.Fold(o.Label+" "+o.Hint)
		fits := len(wanted) > 0
		for _, w := range wanted {
			fits = fits && strings.Contains(text, " "+w)
		}
		if fits && len(out) < mostSuggested {
			out = append(out, o)
		}
	}
	return out
}

// suggestTargets: GET /suggest/targets?q=
func (d *Door) suggestTargets(w http.ResponseWriter, r *http.Request) error {
	options, err := d.targetOptions(r)
	if err != nil {
		return err
	}
	groups, err := d.groupOptions(r)
	if err != nil {
		return err
	}
	return d.suggest(w, r, matching(append(groups, options...), i18n.CleanLine(r.FormValue("q"))))
}

// suggestAgencies: GET /suggest/agencies?q=
func (d *Door) suggestAgencies(w http.ResponseWriter, r *http.Request) error {
	found, err := org.SearchAgencies(r.Context(), d.DB, i18n.CleanLine(r.FormValue("q")), mostSuggested)
	if err != nil {
		return err
	}
	return d.suggest(w, r, agencyOptions(found))
}

// suggestReceivers: GET /suggest/receivers?q=: groups of agencies ("g56"), agencies of the directory ("a12") and units of the own agency ("u34").
func (d *Door) suggestReceivers(w http.ResponseWriter, r *http.Request) error {
	found, err := d.findReceivers(r, i18n.CleanLine(r.FormValue("q")))
	if err != nil {
		return err
	}
	return d.suggest(w, r, found)
}

func (d *Door) findReceivers(r *http.Request, q string) ([]Option, error) {
	ctx, own := r.Context(), actor(r).Agency
	units, err := d.unitOptions(ctx, own)
	if err != nil {
		return nil, err
	}
	found, err := org.SearchAgencies(ctx, d.DB, q, mostSuggested)
	if err != nil {
		return nil, err
	}
	options, err := d.receiverOptions(ctx, found)
	if err != nil {
		return nil, err
	}
	out, err := d.groupsOfAgencies(r, q)
	if err != nil {
		return nil, err
	}
	for _, o := range options {
		if o.Value != strconv.FormatInt(own, 10) {
			o.Value = "a" + o.Value
			out = append(out, o)
		}
	}
	return append(out, matching(units, q)...), nil
}

// groupsOfAgencies are the groups of receivers ("g56") that may be used today and whose name is asked for.
func (d *Door) groupsOfAgencies(r *http.Request, q string) ([]Option, error) {
	ctx := r.Context()
	groups, err := documents.Groups(ctx, d.DB, actor(r), documents.GroupOutside)
	var out []Option
	for _, g := range groups {
		if g.Valid(d.today()) {
			out = append(out, Option{Value: fmt.Sprintf("g%d", g.ID), Label: g.Name, Hint: t(ctx, "Nhóm nơi nhận, {n} cơ quan", "n", len(g.Agencies()))})
		}
	}
	return matching(out, q), err
}

// unitOptions are the units of the own agency as receivers.
func (d *Door) unitOptions(ctx context.Context, agency int64) ([]Option, error) {
	units, err := org.Units(ctx, d.DB, org.AgencyID(agency))
	var out []Option
	for _, u := range units {
		out = append(out, Option{Value: fmt.Sprintf("u%d", u.ID), Label: u.Name, Hint: t(ctx, "Đơn vị trong cơ quan")})
	}
	return out, err
}

func (d *Door) suggest(w http.ResponseWriter, r *http.Request, found []Option) error {
	return render(w, r, 0, wrap(Bare(BareView{Title: t(r.Context(), "Gợi ý")}), Suggestions(found)))
}

// receiverOptions are agencies that a document can be sent to: whoever looks for one that has ended is shown who follows it (I8.10).
func (d *Door) receiverOptions(ctx context.Context, found []org.Agency) ([]Option, error) {
	var out []Option
	seen := map[string]bool{}
	add := func(o Option) {
		if !seen[o.Value] && len(out) < mostSuggested {
			seen[o.Value] = true
			out = append(out, o)
		}
	}
	for i, a := range found {
		if a.State == "active" {
			o := agencyOptions(found[i : i+1])[0]
			if _, disputed, err := org.Disputed(ctx, d.DB, &found[i]); err != nil {
				return nil, err
			} else if disputed { // I3.5
				o.Hint += " · " + t(ctx, "mã đang chờ quyết định, chưa gửi được")
			}
			add(o)
			continue
		}
		follow, err := org.SuccessorsOf(ctx, d.DB, a.ID)
		if err != nil {
			return nil, err
		}
		for _, s := range follow {
			to, err := org.FindAgency(ctx, d.DB, s.NewID)
			if errors.Is(err, store.NotFound) || err == nil && to.State != "active" {
				continue
			}
			if err != nil {
				return nil, err
			}
			add(Option{Value: fmt.Sprint(int64(to.ID)), Label: to.Name, Hint: t(ctx, "{code} · kế tục {agency}, đã kết thúc từ {day}", "code", to.Code, "agency", a.Name, "day", a.ValidTo.Display())})
		}
	}
	return out, nil
}

func agencyOptions(found []org.Agency) []Option {
	var out []Option
	for _, a := range found {
		hint := a.Code
		if a.ParentName != "" {
			hint += " · " + a.ParentName
		}
		out = append(out, Option{Value: fmt.Sprint(int64(a.ID)), Label: a.Name, Hint: hint})
	}
	return out
}

// agencyCombo asks for agencies of the directory; chosen are shown while the form is fresh.
func (d *Door) agencyCombo(r *http.Request, f *Form, errs Errors, field Field, many bool, chosen []Option) (templ.Component, error) {
	field.Error = errs.Of(field.Name)
	c := ComboView{Field: field, Source: "/suggest/agencies", Multiple: many, Chosen: chosen}
	if f != nil {
		c.Chosen = nil
		for _, id := range f.Numbers(field.Name) {
			a, err := org.FindAgency(r.Context(), d.DB, org.AgencyID(id))
			if err == nil {
				c.Chosen = append(c.Chosen, Option{Value: fmt.Sprint(id), Label: a.Name})
			}
		}
		c.Field.Value = f.shown(field.Name + "-words")
		if words := c.Field.Value != "" && len(c.Chosen) == 0; f.r.PostFormValue("find") == field.Name || words && field.Error != "" {
			found, err := org.SearchAgencies(r.Context(), d.DB, i18n.CleanLine(c.Field.Value), mostSuggested)
			if err != nil {
				return nil, err
			}
			c.Found = agencyOptions(found)
		}
	}
	return Combo(c), nil
}

// oneAgency is the agency that a combo chose; where nothing was picked from the suggestions, the one whose code or whole name was typed. 0 when the field is
// empty; what names no agency, or more than one, is noted as a problem of the field.
func (d *Door) oneAgency(r *http.Request, f *Form, field string) org.AgencyID {
	if chosen := f.Numbers(field); len(chosen) > 0 {
		return org.AgencyID(chosen[0])
	}
	words := f.Line(field + "-words")
	if words == "" {
		return 0
	}
	a, err := org.AgencyByCode(r.Context(), d.DB, words, d.today())
	if err == nil {
		return a.ID
	}
	found, err := org.SearchAgencies(r.Context(), d.DB, words, mostSuggested)
	if err != nil || len(found) == 0 {
		f.problems.Add(field, "Không có cơ quan nào có tên hoặc mã “{words}” trong danh bạ.", "words", words)
		return 0
	}
	var same []org.Agency
	for _, x := range found {
		if i18n.Fold(x.Name) == i18n.Fold(words) {
			same = append(same, x)
		}
	}
	if len(same) == 1 {
		return same[0].ID
	}
	f.problems.Add(field, "Có {n} cơ quan phù hợp với “{words}”. Hãy chọn một cơ quan trong kết quả bên dưới.", "n", len(found), "words", words)
	return 0
}

func typeOptions(ctx context.Context, types []documents.Type, none bool) []Option {
	var out []Option
	if none {
		out = append(out, Option{Label: t(ctx, "— Chọn loại văn bản —")})
	}
	for _, x := range types {
		out = append(out, Option{Value: x.Code, Label: translate(ctx, x.Name, nil), Group: categoryName(ctx, x.Category)})
	}
	return out
}

func urgencyOptions(ctx context.Context, all bool) []Option {
	var out []Option
	if all {
		out = append(out, Option{Label: t(ctx, "Tất cả")})
	}
	for _, u := range documents.Urgencies() {
		out = append(out, Option{Value: u.Slug(), Label: translate(ctx, u.Label(), nil)})
	}
	return out
}

// bookOptions are the registers a document may be entered in; without a choice the rules of the registers decide.
func bookOptions(ctx context.Context, books []documents.Book) []Option {
	out := []Option{{Label: t(ctx, "Theo quy tắc của các sổ")}}
	for _, b := range books {
		if b.LockedOn == "" && b.Kind != documents.BookSecret && b.Kind != documents.BookCopies {
			out = append(out, Option{Value: fmt.Sprint(b.ID), Label: b.Name})
		}
	}
	return out
}

// fileLimit is the most bytes of one file, for the page; the room checks again.
func (d *Door) fileLimit(r *http.Request) int64 {
	n, err := documents.FileLimit(r.Context(), d.DB, actor(r).Agency)
	if err != nil {
		return documents.DefaultFileLimit
	}
	return min(n, mostFiles)
}

// shorten cuts a text for a line, at a letter.
func shorten(s string, most int) string {
	letters := []rune(s)
	if len(letters) <= most {
		return s
	}
	return strings.TrimSpace(string(letters[:most-1])) + "…"
}
