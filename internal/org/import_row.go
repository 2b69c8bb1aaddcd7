package org

import (
	"errors"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

func (p *planner) get(column string) string { return i18n.CleanLine(p.at.Get(column)) }

// wrong notes an error of the present row.
func (p *planner) wrong(column, text string, pairs ...any) {
	p.say(column, store.Say(text, pairs...))
}

func (p *planner) say(column string, m store.Message) {
	p.plan.Errors = append(p.plan.Errors, RowError{Row: p.at.Row, Address: p.at.Address(column), Column: p.named[column], Message: m})
}

// fits turns the problems of a form into errors of the row; other errors stay errors.
func (p *planner) fits(err error) (bool, error) {
	var r *store.Refusal
	if err == nil {
		return true, nil
	}
	if !errors.As(err, &r) {
		return false, err
	}
	for _, problem := range r.Problems {
		p.say(problem.Field, problem.Message)
	}
	return false, nil
}

func (p *planner) clean(before int) bool { return len(p.plan.Errors) == before }

// day reads a date as people type it; what is empty is none.
func (p *planner) day(column string) calendar.Date {
	d, err := calendar.Parse(p.get(column))
	var why interface {
		Reason() (string, map[string]any)
	}
	if errors.As(err, &why) {
		text, args := why.Reason()
		p.say(column, store.Message{Text: text, Args: args})
	}
	return d
}

// yes reads a mark: x, có, 1; empty is the fallback.
func (p *planner) yes(column string, fallback bool) bool {
	switch i18n.Fold(p.get(column)) {
	case "":
		return fallback
	case "x", "co", "1", "true", "yes":
		return true
	case "khong", "0", "false", "no":
		return false
	}
	p.wrong(column, "Ghi “có” hoặc “không”.")
	return fallback
}

// take overwrites a field with what the row says; an empty cell says nothing.
func take(into *string, typed string) {
	if typed != "" {
		*into = typed
	}
}

// itsAgency is the agency a row of units or people belongs to; 0 with an error noted.
func (p *planner) itsAgency() (AgencyID, error) {
	code := p.get("agency")
	if code == "" {
		if p.actor.Agency == 0 {
			p.wrong("agency", "Ghi mã cơ quan.")
		}
		return AgencyID(p.actor.Agency), nil
	}
	a, err := AgencyByCode(p.ctx, p.r, code, p.today)
	if errors.Is(err, store.NotFound) || err == nil && !MayAdminister(p.actor, a.ID) { // to a stranger it does not exist
		p.wrong("agency", "Không có cơ quan nào mang mã {code}.", "code", code)
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if a.State != "active" {
		p.wrong("agency", "{agency} đã kết thúc hoạt động.", "agency", a.Name)
		return 0, nil
	}
	return a.ID, nil
}
