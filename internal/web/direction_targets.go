package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/org"
)

// targets reads chosen units, people and groups: "u12" a unit, "p34" a post, "g56" everybody of a named group. Each target is given once.
func (d *Door) targets(f *Form, name string) []documents.Target {
	var out []documents.Target
	add := func(x documents.Target) {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	for _, v := range f.Values(name) {
		id, err := strconv.ParseInt(strings.TrimLeft(v, "upg"), 10, 64)
		switch {
		case err != nil || id <= 0:
			f.problems.Add(name, "Nơi nhận được chọn không đúng. Hãy chọn lại trong danh sách.")
		case v[0] == 'u':
			add(documents.Target{Unit: id})
		case v[0] == 'g':
			members, _, _, err := documents.GroupMembers(f.r.Context(), d.DB, actor(f.r), id)
			if err != nil {
				f.problems.Add(name, "Nhóm nơi nhận được chọn không còn. Hãy chọn lại.")
			}
			for _, m := range members {
				add(m.Target)
			}
		default:
			add(documents.Target{Post: id})
		}
	}
	return out
}

// targetOptions lists the units and the people of the actor's agency, people under their unit.
func (d *Door) targetOptions(r *http.Request) ([]Option, error) {
	ctx, agency := r.Context(), org.AgencyID(actor(r).Agency)
	units, err := org.Units(ctx, d.DB, agency)
	if err != nil {
		return nil, err
	}
	staff, err := org.Staff(ctx, d.DB, agency, d.today())
	if err != nil {
		return nil, err
	}
	var out []Option
	for _, u := range units {
		out = append(out, Option{Value: fmt.Sprintf("u%d", u.ID), Label: u.Name, Hint: t(ctx, "Đơn vị"), Group: t(ctx, "Đơn vị")})
	}
	people := func(unit org.UnitID, group string) {
		for _, h := range staff {
			if h.UnitID == unit {
				out = append(out, Option{Value: fmt.Sprintf("p%d", h.ID), Label: h.PersonName + " – " + h.Title, Hint: group, Group: group})
			}
		}
	}
	people(0, t(ctx, "Lãnh đạo cơ quan"))
	for _, u := range units {
		people(u.ID, u.Name)
	}
	return out, nil
}

// groupOptions are the named groups within the agency, for fields that take several.
func (d *Door) groupOptions(r *http.Request) ([]Option, error) {
	ctx := r.Context()
	all, err := documents.Groups(ctx, d.DB, actor(r), documents.GroupInside)
	var out []Option
	for _, g := range all {
		out = append(out, Option{Value: fmt.Sprintf("g%d", g.ID), Label: g.Name, Hint: t(ctx, "Nhóm nơi nhận")})
	}
	return out, err
}

// lately puts the places a person sent to lately before all others, so that the usual one needs no search.
func lately(ctx context.Context, recent []documents.PassTo, options []Option) []Option {
	var out []Option
	for _, n := range recent {
		for _, o := range options {
			if o.Value == n.Code() {
				o.Group = t(ctx, "Gần đây")
				out = append(out, o)
			}
		}
	}
	return append(out, options...)
}

// suggested is what a fresh form of targets shows before anybody has chosen.
type suggested struct {
	lead         string
	coordinators []string
	recent       []documents.PassTo
}

// targetFields ask who leads, who coordinates and who is informed. lead "" leaves the first out.
func (d *Door) targetFields(r *http.Request, f *Form, errs Errors, lead string, optional bool, s suggested) ([]templ.Component, error) {
	ctx := r.Context()
	options, err := d.targetOptions(r)
	if err != nil {
		return nil, err
	}
	groups, err := d.groupOptions(r)
	if err != nil {
		return nil, err
	}
	if s.recent == nil {
		if s.recent, err = documents.Recent(ctx, d.DB, actor(r)); err != nil {
			return nil, err
		}
	}
	var out []templ.Component
	if lead != "" {
		chosen := s.lead
		if f != nil {
			chosen = f.shown("lead")
		}
		out = append(out, SelectField(Field{Name: "lead", Label: lead, Optional: optional, Error: errs.Of("lead")},
			chooseFirst(append([]Option{{Label: t(ctx, "— Chọn đơn vị hoặc cá nhân —")}}, lately(ctx, s.recent, options)...), chosen)))
	}
	options = append(groups, options...)
	combo := func(name, label string, fresh []string) templ.Component {
		c := ComboView{Field: Field{Name: name, Label: label, Optional: true, Error: errs.Of(name), Hint: t(ctx, "Gõ tên người, đơn vị hoặc nhóm")}, Source: "/suggest/targets", Multiple: true,
			Chosen: chosenOf(options, fresh)}
		if f != nil {
			c.Chosen = chosenOf(options, f.Values(name))
			if f.r.PostFormValue("find") == name {
				c.Field.Value = f.shown(name + "-words")
				c.Found = matching(options, c.Field.Value)
			}
		}
		return Combo(c)
	}
	return append(out, combo("coordinators", t(ctx, "Phối hợp"), s.coordinators), combo("informed", t(ctx, "Để biết"), nil)), nil
}

// chooseFirst marks the first option of a value: one that stands among the recent ones stands in its unit too.
func chooseFirst(options []Option, chosen string) []Option {
	out := slices.Clone(options)
	for i := range out {
		if out[i].Value == chosen {
			out[i].Selected = true
			break
		}
	}
	return out
}
