package main

import "context"

func importTable(context.Context, *world, []string) error { return badUsage("pending") }
func user(context.Context, *world, []string) error        { return badUsage("pending") }
