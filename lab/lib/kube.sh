# shellcheck shell=bash
# A single-node Kubernetes 1.20 from Debian 12's source package, run as plain processes on this machine.
#
# It is from 2020 on purpose: WebSocket exec speaks v4.channel.k8s.io only (no way to signal the end of standard input),
# StatefulSet.spec.serviceName is required, TTL-after-finished is behind a feature gate (on here), server-side apply is
# beta. What works here and on a current server works everywhere.
NODE_IP=10.88.0.1
CONTAINERD=/run/preview-lab-containerd
KUBE_PARTS=(etcd containerd apiserver controller-manager scheduler kubelet)   # in the order in which they start

up_kube() {
  up_docker; machine_image; lab_home
  kube_packages; build_kube; kube_config
  # After a crash or a reboot nothing of the old Pods may be in the way. While either runs, the Pods are alive.
  running containerd >/dev/null || running kubelet >/dev/null || clear_pods
  ip link show lab0 >/dev/null 2>&1 || ip link add lab0 type bridge
  ip addr replace "$NODE_IP/16" dev lab0
  ip link set lab0 up
  start_kube
  node_images
  until_ok 240 'the node' node_ready
  storage_class
}

kube_packages() {
  # `command -v` with several names would be content with one of them.
  local tool
  for tool in etcd containerd /usr/lib/cni/bridge jq curl ip conntrack openssl; do
    command -v "$tool" >/dev/null && continue
    install etcd-server containerd/bookworm runc/bookworm containernetworking-plugins iptables iproute2 conntrack ethtool jq curl openssl
    break
  done
  command -v kubectl >/dev/null || install kubernetes-client/bookworm # for tests; any kubectl will do
}

build_kube() {
  [ -x "$LAB/bin/kubelet" ] && return
  say "compiling Kubernetes from Debian's source package (about 12 minutes on 2 cores; log: $LAB/log/kube-build.log)"
  install golang-go golang-github-modern-go-reflect2-dev dpkg-dev rsync jq gcc libc6-dev make
  sources
  local work=$LAB/build what='kube-apiserver kube-controller-manager kube-scheduler kubelet' program
  rm -rf "$work"; mkdir -p "$work"
  (
    cd "$work"
    apt-get source -qq --download-only kubernetes/bookworm
    dpkg-source -x kubernetes_*.dsc src
    # The source's own reflect2 1.0.1 corrupts map iteration under Go >= 1.18: the API server crashes within minutes.
    # Debian packages the mended one.
    rm src/vendor/github.com/modern-go/reflect2/*.go
    cp /usr/share/gocode/src/github.com/modern-go/reflect2/*.go src/vendor/github.com/modern-go/reflect2/
    export GOCACHE=$work/gocache GOPATH=$work/gopath
    make -C src all WHAT="${what//kube/cmd/kube}"
  ) >"$LAB/log/kube-build.log" 2>&1 || { tail -5 "$LAB/log/kube-build.log" >&2; return 1; }
  # kubelet last: it is what says that the build is complete.
  for program in $what; do cp "$work/src/_output/local/bin/linux/$(dpkg --print-architecture)/$program" "$LAB/bin/"; done
  chmod -R u+w "$work"; rm -rf "$work"
}

kube_config() {
  local etc=$LAB/etc
  mkdir -p "$etc/cni"
  [ -f "$etc/sa.key" ] || openssl genrsa -out "$etc/sa.key" 2048 2>/dev/null
  [ -f "$etc/token" ] || openssl rand -hex 16 | put "$etc/token" 600
  put "$etc/tokens.csv" 600 <<<"$(cat "$etc/token"),admin,admin,system:masters"
  put "$etc/kubeconfig" 600 <<K
apiVersion: v1
kind: Config
clusters: [{name: lab, cluster: {server: "https://127.0.0.1:6443", insecure-skip-tls-verify: true}}]
users: [{name: admin, user: {token: "$(cat "$etc/token")"}}]
contexts: [{name: lab, context: {cluster: lab, user: admin}}]
current-context: lab
K
  # restrict_oom_score_adj: without CAP_SYS_RESOURCE a Pod's sandbox could not lower its score and would not start.
  put "$etc/containerd.toml" <<C
version = 2
root = "$LAB/data/containerd"
state = "$CONTAINERD"
[grpc]
  address = "$CONTAINERD/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "pause:local"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$etc/cni"
C
  put "$etc/cni/10-lab.conflist" <<'C'
{"cniVersion":"0.4.0","name":"lab","plugins":[
 {"type":"bridge","bridge":"lab0","isGateway":true,"ipMasq":true,"hairpinMode":true,"ipam":{"type":"host-local","ranges":[[{"subnet":"10.88.0.0/16"}]],"routes":[{"dst":"0.0.0.0/0"}]}},
 {"type":"portmap","capabilities":{"portMappings":true}}]}
C
}

start_kube() {
  local etc=$LAB/etc
  start etcd etcd --data-dir "$LAB/data/etcd" --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --unsafe-no-fsync
  start containerd containerd --config "$etc/containerd.toml"
  start apiserver "$LAB/bin/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 --bind-address=127.0.0.1 --secure-port=6443 --insecure-port=0 \
    --advertise-address=127.0.0.1 --cert-dir="$etc/certs" --token-auth-file="$etc/tokens.csv" --authorization-mode=RBAC --allow-privileged=true \
    --service-cluster-ip-range=10.96.0.0/16 --service-account-key-file="$etc/sa.key" --service-account-signing-key-file="$etc/sa.key" \
    --service-account-issuer=https://kubernetes.default.svc --kubelet-preferred-address-types=InternalIP --feature-gates=TTLAfterFinished=true
  until_ok 240 'the API server' api_ready
  start controller-manager "$LAB/bin/kube-controller-manager" --kubeconfig="$etc/kubeconfig" --service-account-private-key-file="$etc/sa.key" \
    --enable-hostpath-provisioner=true --leader-elect=false --bind-address=127.0.0.1 --feature-gates=TTLAfterFinished=true
  start scheduler "$LAB/bin/kube-scheduler" --kubeconfig="$etc/kubeconfig" --leader-elect=false --bind-address=127.0.0.1
  until_ok 120 containerd ctr_lab version
  start kubelet "$LAB/bin/kubelet" --kubeconfig="$etc/kubeconfig" --container-runtime=remote \
    --container-runtime-endpoint="unix://$CONTAINERD/containerd.sock" --cgroup-driver=cgroupfs --fail-swap-on=false \
    --address="$NODE_IP" --node-ip="$NODE_IP" --hostname-override=lab --root-dir="$LAB/data/kubelet" --cert-dir="$etc/kubelet-certs" \
    --read-only-port=0 --image-gc-high-threshold=100 --eviction-hard= --authorization-mode=AlwaysAllow --anonymous-auth=true
}

node_images() { # the node reaches no registry: what Pods run is put there
  local here image
  has_image pause:local || printf 'FROM busybox:local\nCMD ["/bin/busybox","sleep","2147483647"]\n' | docker build -q -t pause:local - >/dev/null
  here=$(ctr_lab images ls -q)
  for image in pause:local busybox:local machine:local; do
    grep -q "/library/$image\$" <<<"$here" || docker save "$image" | ctr_lab images import - >/dev/null
  done
}

storage_class() { # answers "already exists" every time but the first
  api -o /dev/null -X POST -H 'Content-Type: application/json' https://127.0.0.1:6443/apis/storage.k8s.io/v1/storageclasses -d \
    '{"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"hostpath","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},"provisioner":"kubernetes.io/host-path","reclaimPolicy":"Delete"}'
}

# The token goes in by standard input: arguments are for everybody to read.
api() { printf 'header = "Authorization: Bearer %s"\n' "$(cat "$LAB/etc/token")" | curl -sk -K - "$@"; }
api_ready() { [ "$(api https://127.0.0.1:6443/healthz)" = ok ]; }
# The API server remembers a node as ready for 40 s after its kubelet died: ask the kubelet as well.
node_ready() {
  curl -sf http://127.0.0.1:10248/healthz &&
    api https://127.0.0.1:6443/api/v1/nodes/lab | jq -e '.status.conditions[] | select(.type=="Ready" and .status=="True")'
}
ctr_lab() { ctr -a "$CONTAINERD/containerd.sock" -n k8s.io "$@"; }

clear_pods() { # what outlives containerd: the shims of this lab's Pods and the mounts under its folders
  local pid mount
  for pid in $(ps -eo pid=,args= | awk -v d="$CONTAINERD" '$2 ~ /containerd-shim[^\/]*$/ && index($0, d) {print $1}'); do kill -9 "$pid" 2>/dev/null || true; done
  awk -v l="$LAB/" -v c="$CONTAINERD/" 'index($2, l) == 1 || index($2, c) == 1 {print $2}' /proc/mounts | sort -r |
    while read -r mount; do umount -l "$mount" 2>/dev/null || true; done
  rm -rf --one-file-system "$LAB/data/kubelet/pods"
}

env_kube() { # prints the exports, when the cluster is up
  running kubelet >/dev/null || return 0
  printf 'export PREVIEW_LAB_KUBECONFIG=%q PREVIEW_LAB_MACHINE_IMAGE=machine:local\n' "$LAB/etc/kubeconfig"
  # shellcheck disable=SC2154
  printf 'export PREVIEW_LAB_RESTART_KUBELET=%q\n' "$here/lab restart kubelet"
}

status_kube() {
  local part
  for part in "${KUBE_PARTS[@]}"; do running "$part" >/dev/null && echo "$part up" || echo "$part down"; done
}

down_kube() {
  local i
  for ((i = ${#KUBE_PARTS[@]} - 1; i >= 0; i--)); do stop "${KUBE_PARTS[i]}"; done
  clear_pods
}
