/**
 * What `--help` of each command begins with: examples, then how it is called.
 */

export const mainHelp: string = `Examples:
  kubeclock run scenarios/quickstart.yaml        run a scenario
  kubeclock run app/ --nodes 3x4cpu16Gi          run manifests on three nodes
  kubeclock plan scenarios/quickstart.yaml       see what would be run, and why
  kubeclock validate .                           check every file below a folder
  kubeclock import simkube recorded.sktrace      make a scenario of another format

Usage: kubeclock <command>`;

export const runHelp: string = `Examples:
  kubeclock run scenarios/quickstart.yaml
  kubeclock run app/deployment.yaml app/service.yaml --until 10m --out results/app
  kubectl get deploy,svc -o yaml | kubeclock run - --nodes 5
  kubeclock run shop.yaml --plugin ./my-policy.ts
  kubeclock run shop.yaml --set controlPlane.etcd.disk=hdd --seed 7 --verify
  kubeclock run performance-config.yaml --test-case SchedulingBasic --workload 500Nodes

Usage: kubeclock run FILE... [options]`;

export const planHelp: string = `Examples:
  kubeclock plan scenarios/quickstart.yaml
  kubeclock plan app/ --nodes 3x4cpu16Gi -o json
  kubeclock plan performance-config.yaml --label performance

Usage: kubeclock plan FILE... [options]`;

export const explainHelp: string = `Examples:
  kubeclock explain pod web-7d4b9c-x2k4z --run results/quickstart-1
  kubeclock explain pod cart -n shop --run results/quickstart-1 --top all
  kubeclock explain pod shop/cart scenarios/quickstart.yaml
  kubeclock explain pod urgent app/ --nodes 3x4cpu16Gi -o json

Usage: kubeclock explain pod NAME (--run DIR | FILE...) [options]`;

export const reportHelp: string = `Examples:
  kubeclock report results/quickstart-1          write report.html anew
  kubeclock report results/quickstart-1 --svg    and every plot as an SVG file
  kubeclock report results/quickstart-1 --format perfetto,parquet

Usage: kubeclock report DIR [options]`;

export const getHelp: string = `Examples:
  kubeclock get pods -n shop --run results/quickstart-1 --at 42s
  kubeclock get deploy,rs,pods -A -o wide --run results/quickstart-1
  kubeclock get node/pool-a-0 -o yaml -f scenarios/quickstart.yaml --at 10s

Usage: kubeclock get TYPE [NAME...] (--run DIR | -f FILE...) [options]`;

export const describeHelp: string = `Examples:
  kubeclock describe pod cart-7d4b9c-x2k4z -n shop --run results/quickstart-1
  kubeclock describe deploy/web -f app/ --nodes 3x4cpu16Gi --at 30s

Usage: kubeclock describe TYPE [NAME...] (--run DIR | -f FILE...) [options]`;

export const clusterInfoHelp: string = `Examples:
  kubeclock cluster-info --run results/quickstart-1
  kubeclock cluster-info -f scenarios/network/dns-pods.yaml --at 30s

Usage: kubeclock cluster-info (--run DIR | -f FILE...) [options]`;

export const validateHelp: string = `Examples:
  kubeclock validate scenarios/quickstart.yaml
  kubeclock validate . --json

Usage: kubeclock validate PATH... [options]`;

export const importHelp: string = `Examples:
  kubeclock import simkube recorded.sktrace -o recorded.yaml
  kubectl get nodes,pods,deploy,rs -A -o json | kubeclock import cluster-dump - -o now

Usage: kubeclock import FORMAT FILE... [-o DIR|FILE] [options]`;

export const conformanceHelp: string = `Examples:
  kubeclock conformance scheduler recordings/
  kubeclock conformance scheduler recordings/ --only preemption
  kubeclock conformance scheduler recordings/ --only ties-0007 --json

Usage: kubeclock conformance scheduler DIR [options]`;

export const fidelityHelp: string = `Examples:
  kubeclock fidelity recordings/
  kubeclock fidelity recordings/ --only b500-200
  kubeclock fidelity recordings/ -o csv > fidelity.csv

Usage: kubeclock fidelity DIR [options]`;

export const compareHelp: string = `Examples:
  kubeclock compare scenarios/quickstart.yaml --policy packed=most-allocated.yaml
  kubeclock compare shop.yaml --policy default --policy mine=mine.yaml --plugin ./my-policy.ts
  kubeclock compare shop.yaml --policy packed=packed.yaml --precision 2% --seeds 200 -o markdown

Usage: kubeclock compare FILE... --policy NAME=FILE [options]`;

export const sweepHelp: string = `Examples:
  kubeclock sweep shop.yaml -L controlPlane.etcd.disk=nvme,cloud-ssd,hdd
  kubeclock sweep shop.yaml --scan nodePools[0].count=10:50:10 --policy packed=packed.yaml
  kubeclock sweep shop.yaml --find min:nodePools[0].count=1:50 --where 'pods_unscheduled==0'
  kubeclock sweep shop.yaml --scan nodePools[0].count=10:500:10 --shard 3/8
  kubeclock sweep merge results/shop-sweep-*-of-8
  kubeclock sweep shop.yaml --scan nodePools[0].count=10:500:10 --manifest 50 > sweep-job.yaml

Usage: kubeclock sweep FILE... (-L path=a,b | --scan path=from:to | --policy NAME=FILE)... [options]
       kubeclock sweep merge DIR... [options]`;

export const checkHelp: string = `Examples:
  kubeclock check scenarios/*.yaml
  kubeclock check scenarios/*.yaml --update
  kubeclock check scenarios '!scenarios/density-5000.yaml'
  kubeclock check shop.yaml --baseline ci/baselines --tolerance 2% --tolerance events=10%
  kubeclock check scenarios/ --reporter github --reporter junit=results/check.xml

Usage: kubeclock check SCENARIO... [options]`;
