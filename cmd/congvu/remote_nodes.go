package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"congvu/internal/client"
)

// farNodes are the verbs about the installations on the axis.
func farNodes() []far {
	return []far{
		{"nodes", "nodes", "các bản cài đặt trên trục: kết nối, số gói tin chờ, cơ quan, lỗi gần nhất", remoteNodes},
		{"node-admit", "node-admit TÊN MÃ_CƠ_QUAN...", "cho một bản cài đặt nối vào; mật khẩu hiện một lần", remoteAdmitNode},
		{"node-agencies", "node-agencies TÊN MÃ_CƠ_QUAN...", "đổi các cơ quan của một bản cài đặt", remoteAmendNode},
		{"node-rekey", "node-rekey TÊN", "cấp lại mật khẩu, hiện một lần; mật khẩu cũ hết hiệu lực ngay", remoteRekeyNode},
		{"node-revoke", "node-revoke TÊN", "thu hồi quyền nối của một bản cài đặt", remoteRevokeNode},
		{"node-try", "node-try [TÊN]", "thử kết nối; bỏ trống TÊN: với trung tâm", remoteTryNode},
	}
}

func remoteNodes(ctx context.Context, r *remoteCall) error {
	n, err := r.Nodes(ctx)
	if err != nil {
		return err
	}
	return r.show(n, func(out io.Writer) {
		fmt.Fprintf(out, "%s  chờ tiếp nhận %d, không nơi nào nhận %d\n", n.Name, n.Waiting, n.Lost)
		for _, l := range n.Links {
			name, state, since := l.Name, "mất kết nối", ""
			if name == "" {
				name = "trung tâm"
			}
			if l.Connected {
				state = "đang kết nối"
			}
			if l.Since == nil {
				state = "chưa từng kết nối"
			} else {
				since = " từ " + l.Since.Local().Format("02/01/2006 15:04")
			}
			fmt.Fprintf(out, "%s  [%s%s]  chờ %d  %s\n", name, state, since, l.Waiting, orDash(strings.Join(l.Agencies, ",")))
			if len(l.Idle) > 0 {
				fmt.Fprintf(out, "  chưa có hiệu lực: %s\n", strings.Join(l.Idle, ","))
			}
			if l.LastError != "" {
				fmt.Fprintf(out, "  lỗi gần nhất: %s\n", l.LastError)
			}
		}
	})
}

func (r *remoteCall) nodeForm() (f client.NodeForm, err error) {
	if len(r.args) < 2 {
		return f, badUsage("cần tên bản cài đặt và mã các cơ quan của nó")
	}
	return client.NodeForm{Name: r.args[0], Agencies: r.args[1:]}, nil
}

func remoteAdmitNode(ctx context.Context, r *remoteCall) error {
	f, err := r.nodeForm()
	if err != nil {
		return err
	}
	p, err := r.AdmitNode(ctx, f)
	if err != nil {
		return err
	}
	return r.showNodePassword(p)
}

func (r *remoteCall) showNodePassword(p client.NodePassword) error {
	return r.show(p, func(out io.Writer) {
		fmt.Fprintf(out, "%s  mật khẩu (chỉ hiện một lần): %s\n", p.Name, p.Password)
	})
}

func remoteAmendNode(ctx context.Context, r *remoteCall) error {
	f, err := r.nodeForm()
	if err != nil {
		return err
	}
	return r.AmendNode(ctx, f)
}

func remoteRekeyNode(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 {
		return badUsage("cần tên bản cài đặt")
	}
	p, err := r.RekeyNode(ctx, r.args[0])
	if err != nil {
		return err
	}
	return r.showNodePassword(p)
}

func remoteRevokeNode(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 {
		return badUsage("cần tên bản cài đặt")
	}
	return r.RevokeNode(ctx, r.args[0])
}

func remoteTryNode(ctx context.Context, r *remoteCall) error {
	if len(r.args) > 1 {
		return badUsage("chỉ một tên bản cài đặt")
	}
	x, err := r.TryNode(ctx, strings.Join(r.args, ""))
	if err != nil {
		return err
	}
	return r.show(x, func(out io.Writer) {
		fmt.Fprintf(out, "Đã kết nối và nhận được trả lời sau %.1f ms.\n", x.Milliseconds)
	})
}
