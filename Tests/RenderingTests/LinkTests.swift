import Model
import Rendering
import Testing

@Suite("Symbolic links")
struct LinkTests {
    @Test func linksToFilesInTheRepositoryAreFollowed() {
        check(
            ["shared/a.yaml": configMap("a"), "v/2/b.yaml": configMap("b")],
            links: [
                "app/a.yaml": "../shared/a.yaml", "app/b.yaml": "../current/b.yaml",
                "current": "v/2",
            ],
            gives: """
                /ConfigMap//a app/a.yaml:1:1
                /ConfigMap//b app/b.yaml:1:1
                """)
    }

    @Test func linksThatLeaveTheRepositoryAreRefusedWhateverTheirName() {
        check(
            ["app/a.yaml": configMap("a")],
            links: [
                "app/b.yaml": "/etc/passwd", "app/c": "../../x", "app/d.yaml": "../app/../../y",
            ],
            gives: """
                /ConfigMap//a app/a.yaml:1:1
                problem app/b.yaml: the symbolic link leaves the repository
                problem app/c: the symbolic link leaves the repository
                problem app/d.yaml: the symbolic link leaves the repository
                """)
    }

    @Test func circlesEnd() {
        check(
            ["app/a.yaml": configMap("a")],
            links: ["app/b.yaml": "c.yaml", "app/c.yaml": "b.yaml", "app/d.yaml": "d.yaml/x"],
            gives: """
                /ConfigMap//a app/a.yaml:1:1
                problem app/b.yaml: the symbolic links lead in a circle
                problem app/c.yaml: the symbolic links lead in a circle
                problem app/d.yaml: the symbolic links lead in a circle
                """)
    }

    @Test func linksToNowhereAndToFoldersAreLeftOutWithAWarning() {
        check(
            ["app/a.yaml": configMap("a"), "shared/x.yaml": configMap("x")],
            links: ["app/gone.yaml": "nowhere.yaml", "app/shared": "../shared"],
            options: DirectoryOptions(recurse: true),
            gives: """
                /ConfigMap//a app/a.yaml:1:1
                warning app/gone.yaml: is left out: the symbolic link leads nowhere
                warning app/shared: is left out: symbolic links to folders are not entered, as \
                in Argo CD
                """)
    }

    @Test func theFolderItselfMayBeReachedThroughLinks() {
        check(
            ["v/2/a.yaml": configMap("a")], links: ["app": "v/2"],
            gives: "/ConfigMap//a v/2/a.yaml:1:1")
        check([:], links: ["app": "../x"], gives: "problem app: leaves the repository")
    }
}
