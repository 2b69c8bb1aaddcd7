package web

import (
	"context"
	"fmt"
	"net/http"

	"congvu/internal/axis"
	"congvu/internal/exchange"
	"congvu/internal/store"
)

const (
	pathNodes   = "/admin/nodes"
	pathTryNode = "/admin/nodes/try"
)

// nodeRoutes are the page of the installations on the axis.
func nodeRoutes() []Route {
	return []Route{
		{Pattern: "GET " + pathNodes, Who: posts(store.SystemAdmin), Handle: (*Door).nodesPage, Nav: &Nav{Key: "nodes", Icon: "send", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Nút liên thông") }}},
		{Pattern: "POST " + pathTryNode, Who: posts(store.SystemAdmin), Handle: (*Door).tryNode},
	}
}

// nodesPage: GET /admin/nodes
func (d *Door) nodesPage(w http.ResponseWriter, r *http.Request) error {
	n, err := d.Exchange.Nodes(r.Context(), actor(r))
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(r.Context(), "Nút liên thông"), Active: "nodes"}, nodesPage(n))
}

// tryNode: POST /admin/nodes/try
func (d *Door) tryNode(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	ms, err := d.Exchange.TryNode(r.Context(), actor(r), form.Line("node"))
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã kết nối và nhận được trả lời sau {ms} ms.", "ms", fmt.Sprintf("%.1f", ms)))
	return redirect(w, r, pathNodes)
}

func linkName(ctx context.Context, l axis.Link) string {
	if l.Name == "" {
		return t(ctx, "Bản cài đặt trung tâm")
	}
	return l.Name
}

func linkWord(ctx context.Context, l axis.Link) string {
	switch {
	case l.Connected:
		return t(ctx, "Đang kết nối")
	case l.Since.IsZero():
		return t(ctx, "Chưa từng kết nối")
	}
	return t(ctx, "Mất kết nối")
}

func nodesLead(ctx context.Context, n exchange.Nodes) string {
	if n.Copies > 0 {
		return t(ctx, "Tên của bản cài đặt này: {name}. Trục là cụm máy chủ riêng, mỗi luồng có {count} bản.", "name", n.Name, "count", n.Copies)
	}
	return t(ctx, "Tên của bản cài đặt này: {name}. Trục nằm trong chương trình.", "name", n.Name)
}
