import KubernetesClient
import Model
import TestSupport
import Testing

@Suite("Kubeconfig")
struct KubeconfigTests {
    static let whole = """
        apiVersion: v1
        kind: Config
        preferences: {}
        current-context: prod
        clusters:
        - name: prod
          cluster:
            server: https://10.0.0.1:6443/base/
            certificate-authority: pki/ca.pem
            tls-server-name: kubernetes
        - name: prod
          cluster: {server: "https://ignored"}
        - name: lab
          cluster: {server: "http://127.0.0.1:8001", insecure-skip-tls-verify: true}
        users:
        - name: admin
          user: {client-certificate: ~/admin.pem, client-key: /etc/admin.key}
        - name: robot
          user: {token: t, tokenFile: token}
        - name: cloud
          user:
            exec: {command: aws}
        contexts:
        - name: prod
          context: {cluster: prod, user: admin, namespace: shop}
        - name: lab
          context: {cluster: lab, user: robot}
        - name: open
          context: {cluster: lab}
        - name: cloud
          context: {cluster: lab, user: cloud}
        - name: dangling
          context: {cluster: nowhere, user: admin}
        - name: nobody
          context: {cluster: lab, user: nobody}
        """

    private func text(_ connection: ClusterConnection) -> String {
        func text(_ material: ClusterConnection.Material?) -> String {
            material?.description ?? "-"
        }
        let tls = connection.tls
        return "\(connection.server) \(connection.namespace) ca=\(text(tls.authority)) "
            + "cert=\(text(tls.certificate)) key=\(text(tls.key)) "
            + "name=\(tls.serverName ?? "-")\(tls.isInsecure ? " insecure" : "") "
            + connection.credential.description
    }

    @Test func contextsBecomeConnections() throws {
        let kubeconfig = try Kubeconfig.parse(
            Array(Self.whole.utf8), file: "/home/me/.kube/config", home: "/home/me")
        #expect(
            text(try kubeconfig.connection())
                == "https://10.0.0.1:6443/base/ shop ca=/home/me/.kube/pki/ca.pem "
                + "cert=/home/me/admin.pem key=/etc/admin.key name=kubernetes no credential")
        #expect(
            text(try kubeconfig.connection(context: "lab"))
                == "http://127.0.0.1:8001 default ca=- cert=- key=- name=- insecure "
                + "the token in /home/me/.kube/token")
        #expect(
            text(try kubeconfig.connection(context: "open"))
                == "http://127.0.0.1:8001 default ca=- cert=- key=- name=- insecure no credential")
        #expect(
            kubeconfig.contextNames == ["cloud", "dangling", "lab", "nobody", "open", "prod"])
    }

    @Test func whatCannotBeUsedIsNamedWithItsPlace() throws {
        let kubeconfig = try Kubeconfig.parse(Array(Self.whole.utf8), file: "config")
        var texts: [String] = []
        for context in ["cloud", "dangling", "nobody", "missing"] {
            do throws(Problems) { _ = try kubeconfig.connection(context: context) } catch {
                texts.append(error.summary)
            }
        }
        let files = [
            "clusters: {}", "- a", "clusters: [{cluster: {server: x}}]", "", "surprise: 1",
            """
            clusters:
            - name: a
              cluster: {certificate-authority-data: "%", server: x}
            - name: b
              cluster: {insecure-skip-tls-verify: true, certificate-authority: x}
            users:
            - name: a
              user: {client-certificate: x, token: 1}
            """,
        ]
        for file in files {
            do throws(Problems) {
                _ = try Kubeconfig.parse(Array(file.utf8), file: "config").connection()
            } catch { texts.append(error.summary) }
        }
        #expect(
            try goldenDifference(texts.joined(separator: "\n--\n") + "\n", "kubeconfig.txt") == nil)
    }
}
