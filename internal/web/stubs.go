package web

func bookRoutes() []Route { return nil }
